//! SA-END-05: what is dead stays dead.

use std::time::Duration;

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::{
        Check,
        kill::{all_alive, confirm, per_set},
    },
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-05", Group::Termination, Severity::High, "a dead token stays dead")
        .explained(
            "Signs out, signs in again as the same account, and asks `whoami` with the token from before, at once and \
             after a minute. It fails where the new login revived the old token.",
        )
        .remedied_by("End sessions by their own record, not by a mark on the account that the next login takes back.")
        .standards(&["7.4.1"], &["SESS-06"], &[294, 613])
        .needs(&[StepName::Logout])
        .costs(12),
    |audit| Box::pin(run(audit)),
);

/// When the old token is asked again after the new login.
const LATER: Duration = Duration::from_secs(60);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut visitor = audit.sign_in(person).await?;
    let subjects = per_set(audit, "the old token", &visitor.credentials());
    let mut evidence = all_alive(audit, person, &subjects).await?;
    evidence.extend(visitor.play(StepName::Logout).await?.ids());
    for subject in &subjects {
        let look = audit.look_for(&subject.credentials, "after logout: whoami with the old token").await?;
        evidence.push(look.id());
        if look.is(person) {
            let why = "the old token was not dead after logout (SA-END-01)";
            return Ok(Outcome::inconclusive(Reason::NeedsAnotherCheck, why).shown_by(evidence));
        }
    }
    evidence.extend(audit.visitor_signs_in(person).await?);
    // A minute is asked for where time is cheap: a quick run has seconds.
    let waits: &[Duration] = match audit.options().profile {
        crate::check::Profile::Quick => &[Duration::ZERO],
        _ => &[Duration::ZERO, LATER],
    };
    for wait in waits {
        audit.clock().pause(*wait).await;
        for subject in &subjects {
            let look =
                audit.look_for(&subject.credentials, "after a new login: whoami with the old token").await?;
            evidence.push(look.id());
            if look.is(person) {
                confirm(audit, person, &subject.credentials, &look, &mut evidence).await?;
                let why = format!("{} is signed in again after a new login", subject.name);
                return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
            }
        }
    }
    evidence.push(audit.still_works(person).await?);
    Ok(Outcome::pass("the old token is dead after a new login").shown_by(evidence))
}
