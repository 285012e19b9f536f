//! SA-TMO-02: a session ends however busy it is.

use std::time::Duration;

use super::{asked_as_client, says, spelled, time_has_to_pass};
use crate::{
    audit::{Audit, Halt, Look, TimeMode},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    cookie::http_date,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TMO-02", Group::Timeout, Severity::Medium, "a busy session ends too")
        .explained(
            "Signs in and asks `whoami` every third of the idle timeout until the declared absolute lifetime and a \
             twentieth more have passed, with the newest token that it was given, and refreshes where that has run out. \
             It fails where the session is still signed in then.",
        )
        .remedied_by("Note when the session began and refuse it after its lifetime, whatever its last use.")
        .standards(&["7.3.2"], &["SESS-07"], &[613])
        .from_profile(Profile::Standard)
        .costs(60),
    |audit| Box::pin(run(audit)),
);

/// The most uses that a session is kept alive with.
const MOST_USES: u32 = 200;

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let Some(absolute) = audit.recipe().policy.absolute else {
        let why = "policy.absolute is missing, so there is nothing to look for";
        return Ok(Outcome::inconclusive(Reason::NotDeclared, why));
    };
    let mode = time_has_to_pass(audit, Some(absolute))?;
    let step = step(audit, absolute);
    let second = Duration::from_secs(1);
    let is_exact =
        audit.options().profile == Profile::Deep && mode == TimeMode::Moved && absolute > second * 10;
    let (near, beyond) = if is_exact {
        (absolute.saturating_sub(second * 3), absolute + second * 2)
    } else {
        (absolute.mul_f64(0.95), absolute.mul_f64(1.05))
    };
    let mut visitor = audit.sign_in(audit.first()).await?;
    let first = asked_as_client(audit, &mut visitor, "right after login: whoami").await?;
    let mut evidence = vec![first.id()];
    let (mut asked_for, mut age) = (Duration::ZERO, Duration::ZERO);
    let mut alive_at = Duration::ZERO;
    let mut dead_at = None;
    while age < beyond {
        let fine = if is_exact { second } else { step };
        let pause = if age < near {
            step.min(near.saturating_sub(age))
        } else {
            fine.min(beyond.saturating_sub(age))
        };
        audit.let_pass(pause).await?;
        asked_for += pause;
        let purpose = format!("{} s after login, in use: whoami", asked_for.as_secs());
        let look = asked_as_client(audit, &mut visitor, &purpose).await?;
        // The application's own clock counts: between its moves real time passes too.
        age = asked_for.max(between(&first, &look).unwrap_or_default());
        if look.is_nobody() {
            dead_at = Some(age);
            evidence.push(look.id());
            break;
        }
        alive_at = age;
        if age >= near {
            evidence.push(look.id());
        }
    }
    evidence.push(audit.still_works(audit.first()).await?);
    let outcome = match dead_at {
        None => {
            let why = format!(
                "still signed in {} after login; {} is declared",
                spelled(alive_at),
                spelled(absolute)
            );
            Outcome::fail(CHECK.description.severity, why)
        }
        Some(dead) if dead < near => {
            let why = format!("over after {} in use; {} is declared", spelled(dead), spelled(absolute));
            Outcome::warn(Severity::Low, why)
        }
        Some(_) => {
            let exactly = if is_exact { ", to the second" } else { "" };
            Outcome::pass(format!("ends {} after login however busy{exactly}", spelled(absolute)))
        }
    };
    let over = dead_at.map_or_else(|| "not seen".to_owned(), |dead| format!("{} s", dead.as_secs()));
    Ok(outcome
        .fact("last alive at", format!("{} s", alive_at.as_secs()))
        .fact("first over at", over)
        .fact("how time passed", says(mode))
        .shown_by(evidence))
}

/// The application's time between two of its answers.
fn between(first: &Look, last: &Look) -> Option<Duration> {
    let date = |look: &Look| look.exchange.response.header("date").and_then(|date| http_date(&date));
    date(last)?.duration_since(date(first)?).ok()
}

/// How often the session is used: often enough for the idle timeout, seldom enough for the budget.
fn step(audit: &Audit, absolute: Duration) -> Duration {
    let wanted = audit.recipe().policy.idle.map_or(absolute / 20, |idle| idle / 3);
    wanted.max(absolute / MOST_USES).max(Duration::from_millis(100))
}
