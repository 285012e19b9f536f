//! Whether remember-me tokens end: they live for weeks, and who copies one is signed in for weeks.

use super::{Check, kill::brings_back, termination::ChangedPassword};
use crate::{
    audit::{Audit, Halt, Person, Visitor},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    credentials::Credentials,
    recipe::StepName,
    wire::ExchangeId,
};

pub(super) const CHECKS: &[Check] = &[CHECK];

const CHECK: Check = Check::new(
    Description::new("SA-RMB-01", Group::RememberMe, Severity::Medium, "a stolen remember-me token is noticed")
        .explained(
            "Signs in with remember-me and comes back with the long-lived cookie alone, as a browser does after weeks. It \
             fails where the same cookie signs in a second time, and where using a spent one goes by unnoticed, so \
             that a thief's copy lives on. Where passwords may be changed, it asks whether the cookie outlives that, which \
             matters most.",
        )
        .remedied_by(
            "Trade the token for a new one at each use; when a spent one is shown, end the whole family and tell the person; \
             end all of them at a change of password.",
        )
        .standards(&["7.4.1"], &["ATHN-05"], &[613])
        .from_profile(Profile::Standard)
        .needs(&[StepName::LoginRemembered])
        .costs(24),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let Some((_, first)) = remembered(audit, person).await? else {
        let why = "login_remembered gives nothing that signs in by itself later";
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why));
    };
    let mut evidence = Vec::new();
    let Some((browser, id)) = brings_back(audit, person, &first).await? else {
        let why = "what login_remembered gives besides the session does not sign in by itself";
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why));
    };
    evidence.push(id);
    let next = long_lived(audit, &browser);
    if let Some((_, id)) = brings_back(audit, person, &first).await? {
        evidence.push(id);
        let why = "the same remember-me cookie signs in again and again";
        return Ok(Outcome::fail(Severity::Medium, why).shown_by(evidence));
    }
    // The spent one was shown just now, as a thief or the robbed owner would: nobody of the family may stay.
    if let Some((_, id)) = brings_back(audit, person, &next).await? {
        evidence.push(id);
        let why = "a spent remember-me cookie is refused, and the one that replaced it lives on: a theft goes unnoticed";
        return Ok(Outcome::fail(Severity::Medium, why).shown_by(evidence));
    }
    if audit.has_step(StepName::ChangePassword)
        && audit.options().allows_destructive
        && let Some(outcome) = outlives_a_new_password(audit, person, &mut evidence).await?
    {
        return Ok(outcome.shown_by(evidence));
    }
    evidence.push(audit.still_works(person).await?);
    Ok(Outcome::pass("each remember-me cookie counts once, and showing a spent one ends its family")
        .shown_by(evidence))
}

async fn outlives_a_new_password(
    audit: &Audit,
    person: Person,
    evidence: &mut Vec<ExchangeId>,
) -> Result<Option<Outcome>, Halt> {
    let Some((_, long)) = remembered(audit, person).await? else { return Ok(None) };
    let mut elsewhere = audit.sign_in(person).await?;
    let current = audit.password(person);
    let tried = ChangedPassword::with(audit, &mut elsewhere, person, current.reveal()).await?;
    evidence.extend(tried.exchanges);
    let Some(changed) = tried.changed else { return Ok(None) };
    let back = brings_back(audit, person, &long).await;
    let restored = changed.put_back(audit).await;
    let Some((_, id)) = back? else { return Ok(None) };
    evidence.push(id);
    let outcome = Outcome::fail(
        Severity::High,
        "a remember-me cookie signs in after the password was changed elsewhere",
    );
    Ok(Some(match restored {
        Ok(()) => outcome.fact("the password", "was put back"),
        Err(why) => outcome.fact("the password could not be put back", why),
    }))
}

/// A login that is to be remembered, and what it gave besides the session.
async fn remembered(audit: &Audit, person: Person) -> Result<Option<(Visitor<'_>, Credentials)>, Halt> {
    let mut visitor = audit.visitor(person);
    visitor.play(StepName::LoginRemembered).await?;
    audit.remember(&visitor);
    let long = long_lived(audit, &visitor);
    Ok((!long.is_empty()).then_some((visitor, long)))
}

/// What a browser has besides what signs in now.
fn long_lived(audit: &Audit, visitor: &Visitor<'_>) -> Credentials {
    let short: Vec<_> = audit.oracle().map(|oracle| oracle.sets.concat()).unwrap_or_default();
    short.iter().fold(visitor.credentials(), |rest, carrier| rest.without(carrier))
}
