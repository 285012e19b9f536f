//! SA-TMO-02: a session ends however busy it is.

use std::time::Duration;

use super::{asked, says, spelled, time_has_to_pass};
use crate::{
    audit::{Audit, Halt, TimeMode},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TMO-02", Group::Timeout, Severity::Medium, "a busy session ends too")
        .explained(
            "Signs in and asks `whoami` every third of the idle timeout until the declared absolute lifetime and a \
             twentieth more have passed. It fails where the session is still signed in then.",
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
        let why = "policy.absolute is not declared, so there is nothing to look for";
        return Ok(Outcome::inconclusive(Reason::DeclaredOnly, why));
    };
    let mode = time_has_to_pass(audit, Some(absolute))?;
    let step = step(audit, absolute);
    let second = Duration::from_secs(1);
    let is_exact =
        audit.options().profile == Profile::Deep && mode == TimeMode::Moved && absolute > second * 4;
    let (before, after) = if is_exact {
        (absolute.saturating_sub(second), absolute + second)
    } else {
        (absolute.mul_f64(0.95), absolute.mul_f64(1.05))
    };
    let visitor = audit.sign_in(audit.first()).await?;
    let mut passed = Duration::ZERO;
    let mut evidence = Vec::new();
    while passed < before {
        let pause = step.min(before.saturating_sub(passed));
        audit.let_pass(pause).await?;
        passed += pause;
        let look =
            asked(audit, &visitor, &format!("{} s after login, in use: whoami", passed.as_secs())).await?;
        if look.is_nobody() {
            evidence.push(look.id());
            evidence.push(audit.still_works(audit.first()).await?);
            let why = format!("over after {} in use; {} is declared", spelled(passed), spelled(absolute));
            return Ok(Outcome::warn(Severity::Low, why)
                .fact("how time passed", says(mode))
                .shown_by(evidence));
        }
        if passed >= before {
            evidence.push(look.id());
        }
    }
    let mut look = None;
    while passed < after {
        let pause = step.min(after.saturating_sub(passed));
        audit.let_pass(pause).await?;
        passed += pause;
        look = Some(
            asked(audit, &visitor, &format!("{} s after login, in use: whoami", passed.as_secs())).await?,
        );
    }
    evidence.extend(look.iter().map(crate::audit::Look::id));
    evidence.push(audit.still_works(audit.first()).await?);
    let outcome = if look.is_some_and(|look| look.is(audit.first())) {
        let why =
            format!("still signed in {} after login; {} is declared", spelled(passed), spelled(absolute));
        Outcome::fail(CHECK.description.severity, why)
    } else {
        let exactly = if is_exact { ", to the second" } else { "" };
        Outcome::pass(format!("ends {} after login however busy{exactly}", spelled(absolute)))
    };
    Ok(outcome.fact("how time passed", says(mode)).shown_by(evidence))
}

/// How often the session is used: often enough for the idle timeout, seldom enough for the budget.
fn step(audit: &Audit, absolute: Duration) -> Duration {
    let wanted = audit.recipe().policy.idle.map_or(absolute / 20, |idle| idle / 3);
    wanted.max(absolute / MOST_USES).max(Duration::from_millis(100))
}
