//! SA-TMO-06: what has expired stays dead.

use super::{asked, says, time_has_to_pass};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TMO-06", Group::Timeout, Severity::High, "an expired token stays dead")
        .explained(
            "Lets a session expire, signs in anew as the same account, and asks `whoami` with the expired token, and again \
             after a refresh where the recipe has one. It fails where it signs in.",
        )
        .remedied_by("Judge a session by its own times; let no later login and no refresh bring an expired one back.")
        .standards(&["7.4.1"], &["SESS-07"], &[613])
        .from_profile(Profile::Standard)
        .costs(10),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let Some(timeout) = audit.recipe().policy.idle.or(audit.recipe().policy.absolute) else {
        let why = "policy.idle and policy.absolute are missing";
        return Ok(Outcome::inconclusive(Reason::NotDeclared, why));
    };
    let mode = time_has_to_pass(audit, Some(timeout))?;
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    audit.let_pass(timeout.mul_f64(1.1)).await?;
    let look = asked(audit, &visitor, "expired: whoami").await?;
    let mut evidence = vec![look.id()];
    if look.is(person) {
        let why = "the session did not expire (SA-TMO-01)";
        return Ok(Outcome::inconclusive(Reason::NeedsAnotherCheck, why).shown_by(evidence));
    }
    evidence.push(audit.still_works(person).await?);
    let again = asked(audit, &visitor, "after a new login: whoami with the expired token").await?;
    evidence.push(again.id());
    if again.is(person) {
        let why = "the expired token signs in again after a new login";
        return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
    }
    if audit.has_step(StepName::Refresh) {
        // A refresh token may outlive the session by its nature; the expired token itself may not come back.
        let mut refreshing = visitor.clone();
        match refreshing.play(StepName::Refresh).await {
            Ok(played) => evidence.extend(played.ids()),
            Err(error) if error.source.is_none() => evidence.extend(error.exchange),
            Err(error) => return Err(error.into()),
        }
        audit.remember(&refreshing);
        let refreshed = asked(audit, &visitor, "after a refresh: whoami with the expired token").await?;
        evidence.push(refreshed.id());
        if refreshed.is(person) {
            let why = "the expired token signs in again after a refresh";
            return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
        }
    }
    Ok(Outcome::pass("the expired token stays dead").fact("how time passed", says(mode)).shown_by(evidence))
}
