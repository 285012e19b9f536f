//! SA-END-05: what is dead stays dead.

use std::time::Duration;

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{
        Check,
        kill::{Subject, all_alive, confirm, per_set},
    },
    recipe::StepName,
    wire::ExchangeId,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-05", Group::Termination, Severity::High, "a dead token stays dead")
        .explained(
            "Signs out, signs in again as the same account, and asks `whoami` with the token from before, at once and \
             after a minute, for which it takes the token of SA-END-01 where that was asked. It fails where a new login \
             revived the old token.",
        )
        .remedied_by("End sessions by their own record, not by a mark on the account that the next login takes back.")
        .standards(&["7.4.1"], &["SESS-06"], &[294, 613])
        .needs(&[StepName::Logout])
        .costs(12),
    |audit| Box::pin(run(audit)),
);

/// When the old token is asked again after the new login.
const LATER: Duration = Duration::from_secs(60);

/// Tokens that were found dead after a logout and before a new login.
pub(super) struct Ended {
    pub(super) subjects: Vec<Subject>,
    /// When, by the run's clock.
    pub(super) at: Duration,
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let mut evidence = Vec::new();
    // A fresh one: what other checks have done since may have ended for good what the next login had revived.
    let fresh = end_one(audit, &mut evidence).await?;
    evidence.extend(audit.visitor_signs_in(audit.first()).await?);
    if let Some(outcome) = revived(audit, &fresh, &mut evidence).await? {
        return Ok(outcome.shown_by(evidence));
    }
    // A minute is asked for where time is cheap: a quick run has seconds.
    if audit.options().profile > Profile::Quick {
        let ended = audit.shared::<Ended>();
        let ended = ended.as_deref().unwrap_or(&fresh);
        let passed = audit.clock().elapsed().saturating_sub(ended.at);
        audit.clock().pause(LATER.saturating_sub(passed)).await;
        if let Some(outcome) = revived(audit, ended, &mut evidence).await? {
            return Ok(outcome.shown_by(evidence));
        }
    }
    evidence.push(audit.still_works(audit.first()).await?);
    Ok(Outcome::pass("the old token is dead after a new login").shown_by(evidence))
}

/// Signs in and out, and finds the token dead.
async fn end_one(audit: &Audit, evidence: &mut Vec<ExchangeId>) -> Result<Ended, Halt> {
    let person = audit.first();
    let mut visitor = audit.sign_in(person).await?;
    let mut subjects = per_set(audit, "the old token", &visitor.credentials());
    evidence.extend(all_alive(audit, person, &mut subjects).await?);
    evidence.extend(visitor.play(StepName::Logout).await?.ids());
    for subject in &subjects {
        let look = audit.look_for(&subject.credentials, "after logout: whoami with the old token").await?;
        evidence.push(look.id());
        if look.is(person) {
            let why = "the old token was not dead after logout (SA-END-01)";
            let outcome = Outcome::inconclusive(Reason::NeedsAnotherCheck, why);
            return Err(outcome.shown_by(evidence.iter().copied()).into());
        }
    }
    Ok(Ended { subjects, at: audit.clock().elapsed() })
}

/// The failure, where one of the tokens signs in again.
async fn revived(
    audit: &Audit,
    ended: &Ended,
    evidence: &mut Vec<ExchangeId>,
) -> Result<Option<Outcome>, Halt> {
    let person = audit.first();
    for subject in &ended.subjects {
        let look =
            audit.look_for(&subject.credentials, "after a new login: whoami with the old token").await?;
        evidence.push(look.id());
        if look.is(person) {
            confirm(audit, person, &subject.credentials, &look, evidence).await?;
            let why = format!("{} is signed in again after a new login", subject.name);
            return Ok(Some(Outcome::fail(CHECK.description.severity, why)));
        }
    }
    Ok(None)
}
