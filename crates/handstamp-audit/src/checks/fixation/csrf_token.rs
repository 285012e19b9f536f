//! SA-FIX-06: a form token from before login is worth nothing after it.

use super::open_anonymously;
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::{Body, StepName, StepRequest},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-FIX-06", Group::Fixation, Severity::Medium, "form tokens are renewed at login")
        .explained(
            "Notes the form token that anybody gets before login, signs in on top of it, and writes with that token. It \
             fails where the write has an effect: who planted the token can write as the account from another site.",
        )
        .remedied_by("Bind form tokens to the session and give a new one at sign-in.")
        .standards(&["3.5.1"], &["SESS-05"], &[352])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Write])
        .costs(8),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let mut visitor = audit.visitor(audit.first());
    open_anonymously(audit, &mut visitor).await?;
    let before = visitor.variables.clone();
    let Some(write) = audit.recipe().steps.get(&StepName::Write).and_then(|step| step.requests.last()) else {
        return Ok(Outcome::not_applicable(Reason::NoStepInRecipe, "the recipe has no step write"));
    };
    let shared: Vec<_> = from_answers(write).filter(|name| before.get(name).is_some()).collect();
    if shared.is_empty() {
        let why = "nothing that is found before login is sent with the write";
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why));
    }
    let mut evidence = audit.sign_in_with(&mut visitor).await?;

    // The control first: the write works as it is meant to.
    let mut control = visitor.clone();
    control.variables.set("nonce", audit.random().word());
    evidence.extend(control.play(StepName::Write).await?.ids());
    match control.sees_effect(StepName::Write).await? {
        Some((true, id)) => evidence.push(id),
        Some((false, id)) => {
            let why = "the control failed: what the account itself wrote cannot be read back";
            return Ok(Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence).shown_by([id]));
        }
        None => {
            let why = "steps.write has no effect that could be read back";
            return Ok(Outcome::not_applicable(Reason::NoStepInRecipe, why));
        }
    }
    let is_same = shared.iter().all(|name| control.variables.get(name) == before.get(name));
    for name in &shared {
        visitor.variables.set_all(name.clone(), before.all(name).to_vec());
    }
    visitor.variables.set("nonce", audit.random().word());
    let mut exchanges = Vec::new();
    // A refusal is the good answer.
    let _ = visitor.play_request(StepName::Write, write, &|_| {}, &mut exchanges).await;
    evidence.extend(exchanges.iter().map(|exchange| exchange.id));
    let seen = visitor.sees_effect(StepName::Write).await?;
    evidence.extend(seen.map(|(_, id)| id));
    let outcome = if seen.is_some_and(|(seen, _)| seen) {
        Outcome::fail(CHECK.description.severity, "a form token from before login was taken after it")
    } else {
        Outcome::pass("a form token from before login was refused after it")
    };
    Ok(outcome.fact("the token changes at login", if is_same { "no" } else { "yes" }).shown_by(evidence))
}

/// Names in a request that stand for what earlier answers held.
fn from_answers(request: &StepRequest) -> impl Iterator<Item = String> {
    let mut names: Vec<String> = match &request.body {
        Body::Form(fields) => fields.iter().flat_map(|(_, value)| value.names()).map(str::to_owned).collect(),
        Body::Text { text, .. } => text.names().map(str::to_owned).collect(),
        Body::Json(_) | Body::None => Vec::new(),
    };
    names.extend(request.headers.iter().flat_map(|(_, value)| value.names()).map(str::to_owned));
    names.retain(|name| !crate::recipe::GIVEN_NAMES.contains(&name.as_str()));
    names.into_iter()
}
