//! SA-END-11: "sign out everywhere" does.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{
        Check,
        kill::{all_alive, fates, per_set},
    },
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-11", Group::Termination, Severity::High, "signing out everywhere ends every other session")
        .explained(
            "Signs in three times, ends all or all other sessions in the first, and asks `whoami` with the tokens of the \
             other two over a minute. It fails where one is still signed in.",
        )
        .remedied_by("End every session of the account on the server, not the ones that one node happens to know.")
        .standards(&["7.5.2"], &["SESS-06"], &[613])
        .from_profile(Profile::Standard)
        .costs(25),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let steps: Vec<_> =
        [StepName::EndOthers, StepName::EndAll].into_iter().filter(|step| audit.has_step(*step)).collect();
    let mut worst: Option<Outcome> = None;
    for step in steps {
        let mut own = audit.sign_in(person).await?;
        let mut subjects = Vec::new();
        for name in ["the second session", "the third session"] {
            subjects.extend(per_set(audit, name, &audit.sign_in(person).await?.credentials()));
        }
        let mut evidence = all_alive(audit, person, &mut subjects).await?;
        evidence.extend(own.play(step).await?.ids());
        audit.remember(&own);
        if step == StepName::EndAll {
            subjects.extend(per_set(audit, "the own session", &own.credentials()));
        }
        let fates = fates(audit, person, subjects).await?;
        let outcome = fates
            .conclude(step.word(), std::time::Duration::ZERO, CHECK.description.severity)
            .shown_by(evidence);
        let is_worse =
            worst.as_ref().is_none_or(|worst| outcome.verdict.severity() > worst.verdict.severity());
        if is_worse {
            worst = Some(outcome);
        }
    }
    Ok(worst.unwrap_or_else(|| {
        Outcome::not_applicable(Reason::NoStepInRecipe, "the recipe has neither end_others nor end_all")
    }))
}
