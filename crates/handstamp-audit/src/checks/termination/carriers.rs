//! SA-END-02: logout ends everything that login gave.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{Check, kill::brings_back},
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-02", Group::Termination, Severity::High, "logout ends everything that login gave")
        .explained(
            "Signs in with remember-me, with a refresh token or with an open stream, as far as the recipe has them, signs \
             out, and then uses what is left: the remember-me cookie alone, the refresh token, the stream. It \
             fails where one of them still signs in.",
        )
        .remedied_by("End every token that belongs to the session when it is ended: remember-me, refresh, bearer, streams.")
        .standards(&["7.4.1"], &["SESS-06"], &[613])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Logout])
        .costs(15),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let mut outcomes = Vec::new();
    if audit.has_step(StepName::LoginRemembered) {
        outcomes.push(remembered(audit).await?);
    }
    if audit.has_step(StepName::Refresh) {
        outcomes.push(refresh(audit).await?);
    }
    let worst = outcomes.into_iter().max_by_key(|outcome| outcome.verdict.severity());
    Ok(worst.unwrap_or_else(|| {
        let why = "the recipe has neither login_remembered nor refresh";
        Outcome::not_applicable(Reason::NoStepInRecipe, why)
    }))
}

/// After the logout the browser comes back with every cookie it ever had but those of a minimal set.
async fn remembered(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut visitor = audit.visitor(person);
    visitor.play(StepName::LoginRemembered).await?;
    audit.remember(&visitor);
    let all = visitor.credentials();
    let short: Vec<_> = audit.oracle().map(|oracle| oracle.sets.concat()).unwrap_or_default();
    let long = short.iter().fold(all.clone(), |rest, carrier| rest.without(carrier));
    if long.is_empty() {
        let why = "login_remembered gives no cookie besides those that sign in";
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why));
    }
    let before = brings_back(audit, person, &long).await?.map(|(_, id)| id);
    let Some(before) = before else {
        let why = "what login_remembered gives besides does not sign in by itself";
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why));
    };
    // Using it may have traded it for a new one: a fresh one is what logout has to end.
    let mut visitor = audit.visitor(person);
    visitor.play(StepName::LoginRemembered).await?;
    let long = short.iter().fold(visitor.credentials(), |rest, carrier| rest.without(carrier));
    let ids = visitor.play(StepName::Logout).await?.ids();
    let after = brings_back(audit, person, &long).await?.map(|(_, id)| id);
    let control = audit.still_works(person).await?;
    Ok(match after {
        Some(id) if audit.recipe().policy.remember_me_outlives_logout => {
            Outcome::pass("remember-me outlives logout, as the policy declares").shown_by([before, id])
        }
        Some(id) => {
            let why = "the remember-me cookie still signs in after logout";
            Outcome::fail(CHECK.description.severity, why).shown_by(ids).shown_by([before, id, control])
        }
        None => Outcome::pass("the remember-me cookie is dead after logout")
            .shown_by(ids)
            .shown_by([before, control]),
    })
}

async fn refresh(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut visitor = audit.sign_in(person).await?;
    let mut before = visitor.clone();
    let mut evidence = before.play(StepName::Refresh).await?.ids();
    // The refresh that proved itself may have used its token up: what logout has to end is the newest one.
    visitor = before;
    evidence.extend(visitor.clone().play(StepName::Logout).await?.ids());
    let mut after = visitor.clone();
    let refreshed = match after.play(StepName::Refresh).await {
        Ok(played) => {
            evidence.extend(played.ids());
            audit.look_for(&after.credentials(), "whoami with what the refresh token gave").await?.is(person)
        }
        Err(error) if error.source.is_none() => {
            evidence.extend(error.exchange);
            false
        }
        Err(error) => return Err(error.into()),
    };
    evidence.push(audit.still_works(person).await?);
    Ok(if refreshed {
        Outcome::fail(CHECK.description.severity, "the refresh token still signs in after logout")
            .shown_by(evidence)
    } else {
        Outcome::pass("the refresh token is dead after logout").shown_by(evidence)
    })
}
