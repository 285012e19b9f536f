//! SA-TMO-01: a session without use ends on the server.

use std::time::Duration;

use super::{asked_once_after, says, spelled, time_has_to_pass};
use crate::{
    audit::{Audit, Halt, TimeMode},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TMO-01", Group::Timeout, Severity::Medium, "an unused session ends on the server")
        .explained(
            "Signs in, lets the declared idle timeout and a tenth more pass without a request, and asks `whoami` once; \
             another session is asked at nine tenths. It fails where the first is still signed in. Without a declared \
             timeout it looks for the first time of a list, up to thirty days, at which an unused session is dead.",
        )
        .remedied_by("Note the last use on the server and refuse a session whose last use is too long ago.")
        .standards(&["7.3.1"], &["SESS-07"], &[613])
        .from_profile(Profile::Standard)
        .costs(16),
    |audit| Box::pin(run(audit)),
);

/// What is tried where nothing is declared.
const LIST: [Duration; 9] = [
    Duration::from_secs(15 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(8 * 3600),
    Duration::from_secs(24 * 3600),
    Duration::from_secs(7 * 24 * 3600),
    Duration::from_secs(14 * 24 * 3600),
    Duration::from_secs(30 * 24 * 3600),
];

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let declared = audit.recipe().policy.idle;
    let mode = time_has_to_pass(audit, declared)?;
    let outcome = match declared {
        Some(idle) => against(audit, idle, mode).await?,
        None => search(audit).await?,
    };
    Ok(outcome.fact("how time passed", says(mode)))
}

async fn against(audit: &Audit, idle: Duration, mode: TimeMode) -> Result<Outcome, Halt> {
    let (lives, before) = asked_once_after(audit, idle.mul_f64(0.9)).await?;
    let (outlives, after) = asked_once_after(audit, idle.mul_f64(1.1)).await?;
    let mut evidence = vec![before.id(), after.id()];
    evidence.push(audit.still_works(audit.first()).await?);
    let idle_is = spelled(idle);
    if outlives {
        let why = format!(
            "still signed in after {} without use; {idle_is} is declared",
            spelled(idle.mul_f64(1.1))
        );
        return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
    }
    if !lives {
        let why =
            format!("already over after {} without use; {idle_is} is declared", spelled(idle.mul_f64(0.9)));
        return Ok(Outcome::warn(Severity::Low, why).shown_by(evidence));
    }
    let outcome = Outcome::pass(format!("ends after {idle_is} without use")).shown_by(evidence);
    if audit.options().profile < Profile::Deep || mode != TimeMode::Moved {
        return Ok(outcome);
    }
    let second = Duration::from_secs(1);
    let (lives, before) = asked_once_after(audit, idle.saturating_sub(second)).await?;
    let (outlives, after) = asked_once_after(audit, idle + second).await?;
    let ids = [before.id(), after.id()];
    Ok(match (lives, outlives) {
        (true, false) => {
            Outcome { headline: format!("ends after {idle_is} without use, to the second"), ..outcome }
        }
        _ => Outcome::warn(Severity::Low, format!("does not end within a second of {idle_is} without use")),
    }
    .fact("a second before", if lives { "signed in" } else { "over" })
    .fact("a second after", if outlives { "signed in" } else { "over" })
    .shown_by(ids))
}

async fn search(audit: &Audit) -> Result<Outcome, Halt> {
    let mut alive_after = Duration::ZERO;
    let mut evidence = Vec::new();
    for time in LIST {
        let (lives, look) = asked_once_after(audit, time).await?;
        evidence.push(look.id());
        if !lives {
            evidence.push(audit.still_works(audit.first()).await?);
            let what = format!(
                "over after {}, alive after {}; no policy is declared",
                spelled(time),
                spelled(alive_after)
            );
            return Ok(Outcome::pass(what).shown_by(evidence));
        }
        alive_after = time;
    }
    let why = format!("still signed in after {} without use", spelled(alive_after));
    Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence))
}
