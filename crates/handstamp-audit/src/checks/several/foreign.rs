//! SA-MUL-04: nobody ends somebody else's session.

use std::time::Duration;

use super::{Two, listed, two_of};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{Check, kill::all_alive, kill::per_set},
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-MUL-04", Group::Several, Severity::High, "nobody ends somebody else's session")
        .explained(
            "Takes the id of one of the first account's sessions and ends it as the second account. It fails where that \
             session dies. The control is that the first account can end it by the same id.",
        )
        .remedied_by("Look the session up among those of the account that asks, never by its id alone.")
        .standards(&["7.5.2"], &[], &[639])
        .from_profile(Profile::Standard)
        .needs(&[StepName::SessionsList, StepName::EndSession])
        .two_accounts()
        .costs(18),
    |audit| Box::pin(run(audit)),
);

/// When a session that died by a stranger's hand is asked again.
const AGAIN: Duration = Duration::from_secs(1);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let Some(second) = audit.second() else {
        return Ok(Outcome::not_applicable(Reason::SecondAccountMissing, "it takes two accounts"));
    };
    let Two { first: mut owner, second: victim, id, mut evidence } = two_of(audit, person).await?;
    let mut subjects = per_set(audit, "the session whose id was taken", &victim.credentials());
    evidence.extend(all_alive(audit, person, &mut subjects).await?);

    let mut stranger = audit.sign_in(second).await?;
    listed(&mut stranger, &mut evidence).await?;
    if audit.has_step(StepName::Reauthenticate) {
        evidence.extend(stranger.play(StepName::Reauthenticate).await?.ids());
    }
    stranger.variables.set("session_id", id.as_str());
    match stranger.play(StepName::EndSession).await {
        Ok(played) => evidence.extend(played.ids()),
        // A refusal is the good answer.
        Err(error) if error.source.is_none() => evidence.extend(error.exchange),
        Err(error) => return Err(error.into()),
    }
    let mut dead = Vec::new();
    for subject in &subjects {
        let look = audit.look_for(&subject.credentials, "after a stranger ended it: whoami").await?;
        evidence.push(look.id());
        if look.is_nobody() {
            audit.clock().pause(AGAIN).await;
            let look = audit.look_for(&subject.credentials, "a second later: whoami").await?;
            evidence.push(look.id());
            dead.extend(look.is_nobody().then(|| subject.name.clone()));
        }
    }
    if !dead.is_empty() {
        evidence.push(audit.still_works(person).await?);
        let why = format!("{} is dead after the second account ended it", dead.join(", "));
        return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
    }
    listed(&mut owner, &mut evidence).await?;
    if audit.has_step(StepName::Reauthenticate) {
        evidence.extend(owner.play(StepName::Reauthenticate).await?.ids());
    }
    owner.variables.set("session_id", id.as_str());
    evidence.extend(owner.play(StepName::EndSession).await?.ids());
    let mut is_control_good = true;
    for subject in &subjects {
        let look = audit.look_for(&subject.credentials, "control: after its owner ended it").await?;
        evidence.push(look.id());
        is_control_good &= look.is_nobody();
    }
    Ok(if is_control_good {
        Outcome::pass("the id ends the session for its owner and for nobody else").shown_by(evidence)
    } else {
        let why =
            "the owner could not end it by its id either, so a stranger's attempt shows nothing (SA-MUL-03)";
        Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence)
    })
}
