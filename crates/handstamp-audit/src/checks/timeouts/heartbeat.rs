//! SA-TMO-05: a page that only polls does not keep its session alive.

use std::time::Duration;

use super::{asked, says, spelled, time_has_to_pass};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity, Verdict},
    checks::Check,
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TMO-05", Group::Timeout, Severity::Low, "polling does not keep a session alive")
        .explained(
            "Signs in, sends only what the page sends by itself every third of the declared idle timeout until that and \
             a tenth more have passed, and asks `whoami`. A session that is still signed in is a warning: an open tab \
             then never times out.",
        )
        .remedied_by("Count as use what a person does; leave polling, health checks and refreshes out.")
        .standards(&["7.3.1"], &["SESS-07"], &[613])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Heartbeat])
        .costs(10),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let Some(idle) = audit.recipe().policy.idle else {
        let why = "policy.idle is missing, so there is nothing to keep alive beyond";
        return Ok(Outcome::inconclusive(Reason::NotDeclared, why));
    };
    if matches!(audit.verdict_of("SA-TMO-01"), Some(Verdict::Fail { .. })) {
        let why = "an unused session does not end in time either (SA-TMO-01), so polling is not what keeps it alive";
        return Ok(Outcome::inconclusive(Reason::NeedsAnotherCheck, why));
    }
    let mode = time_has_to_pass(audit, Some(idle))?;
    let mut visitor = audit.sign_in(audit.first()).await?;
    let (mut passed, end) = (Duration::ZERO, idle.mul_f64(1.1));
    let mut evidence = Vec::new();
    while passed < end {
        let pause = (idle / 3).min(end.saturating_sub(passed));
        audit.let_pass(pause).await?;
        passed += pause;
        if passed < end {
            // A poll of a session that is over may well be refused.
            match visitor.play(StepName::Heartbeat).await {
                Ok(played) => evidence.extend(played.ids()),
                Err(error) if error.source.is_none() => evidence.extend(error.exchange),
                Err(error) => return Err(error.into()),
            }
        }
    }
    let look = asked(audit, &visitor, "after polling only: whoami").await?;
    evidence.push(look.id());
    evidence.push(audit.still_works(audit.first()).await?);
    let outcome = match look.is(audit.first()) {
        false => Outcome::pass(format!("over after {} of polling only", spelled(passed))),
        true if audit.recipe().policy.polling_extends => {
            Outcome::pass("polling keeps it alive, as the policy declares")
        }
        true => Outcome::warn(
            CHECK.description.severity,
            format!("alive after {} of polling only", spelled(passed)),
        ),
    };
    Ok(outcome.fact("how time passed", says(mode)).shown_by(evidence))
}
