//! SA-FIX-04: the token changes where rights do.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{
        Check,
        kill::{fates, per_set},
    },
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-FIX-04", Group::Fixation, Severity::High, "the token changes where rights do")
        .explained(
            "Takes the token from before the second factor, a re-authentication or a change of role, does that, and \
             asks `whoami` with the old token. It fails where the old token is signed in afterwards: whoever had it \
             has the new rights too.",
        )
        .remedied_by("Give a new token with every gain of rights and end the old one (ASVS 5.0 7.2.4).")
        .standards(&["7.2.4"], &["SESS-03"], &[384])
        .from_profile(Profile::Standard)
        .costs(15),
    |audit| Box::pin(run(audit)),
);

/// What raises the rights of a session that is there.
const RAISING: [StepName; 2] = [StepName::Reauthenticate, StepName::SwitchRole];

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut outcomes = Vec::new();
    if audit.has_step(StepName::SecondFactor) {
        let mut visitor = audit.visitor(person);
        visitor.play(StepName::Login).await?;
        let half = visitor.credentials();
        let ids = visitor.play(StepName::SecondFactor).await?.ids();
        audit.remember(&visitor);
        let subjects = per_set(audit, "the token from before the second factor", &half);
        if !subjects.is_empty() {
            let fates = fates(audit, person, subjects).await?;
            let grace = audit.recipe().policy.rotation_grace;
            outcomes
                .push(fates.conclude("the second factor", grace, CHECK.description.severity).shown_by(ids));
        }
    }
    for step in RAISING.into_iter().filter(|step| audit.has_step(*step)) {
        let mut visitor = audit.sign_in(person).await?;
        let before = visitor.credentials();
        let ids = visitor.play(step).await?.ids();
        let subjects = per_set(audit, &format!("the token from before {step}"), &before);
        let fates = fates(audit, person, subjects).await?;
        let grace = audit.recipe().policy.rotation_grace;
        outcomes.push(fates.conclude(step.word(), grace, CHECK.description.severity).shown_by(ids));
    }
    let worst = outcomes.into_iter().max_by_key(|outcome| outcome.verdict.severity());
    Ok(worst.unwrap_or_else(|| {
        let why = "the recipe has none of second_factor, reauthenticate and switch_role";
        Outcome::not_applicable(Reason::NoStepInRecipe, why)
    }))
}
