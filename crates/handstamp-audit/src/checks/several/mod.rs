//! Whether one person's sessions are counted, listed and ended right.
//!
//! The auditor's own questions begin sessions too: what earlier checks began is ended first where a count matters.

mod concurrency;
mod ending_one;
mod foreign;
mod list;
mod notice;
mod token_in_list;

use super::Check;
use crate::{
    audit::{Audit, Halt, Person, Visitor},
    check::{Outcome, Reason},
    recipe::{Body, StepName},
    wire::ExchangeId,
};

pub(super) const CHECKS: &[Check] = &[
    concurrency::CHECK,
    list::CHECK,
    ending_one::CHECK,
    foreign::CHECK,
    token_in_list::CHECK,
    notice::CHECK,
];

/// The ids that the list shows to this browser; its own session may be on it or not.
async fn listed(visitor: &mut Visitor<'_>, evidence: &mut Vec<ExchangeId>) -> Result<Vec<String>, Halt> {
    visitor.variables.set_all("ids", Vec::new());
    evidence.extend(visitor.play(StepName::SessionsList).await?.ids());
    Ok(visitor.variables.all("ids").to_vec())
}

/// Why nothing can be said of a list that never has an entry.
fn no_ids(evidence: Vec<ExchangeId>) -> Outcome {
    let why =
        "steps.sessions_list found no ids with two sessions alive; it has to extract `ids` with all = true";
    Outcome::inconclusive(Reason::StepFailed, why).shown_by(evidence)
}

/// Two sessions of a person, and the id under which the first one's list shows the second.
struct Two<'a> {
    first: Visitor<'a>,
    second: Visitor<'a>,
    id: String,
    evidence: Vec<ExchangeId>,
}

async fn two_of(audit: &Audit, person: Person) -> Result<Two<'_>, Halt> {
    // At the limit a second session would end another one, and the list would not grow.
    audit.end_sessions_of(person).await;
    let mut evidence = Vec::new();
    let mut first = audit.sign_in(person).await?;
    let before = listed(&mut first, &mut evidence).await?;
    let second = audit.sign_in(person).await?;
    let after = listed(&mut first, &mut evidence).await?;
    if after.is_empty() {
        return Err(no_ids(evidence).into());
    }
    let new: Vec<_> = after.iter().filter(|id| !before.contains(id)).collect();
    let [id] = new[..] else {
        let why = format!(
            "a second session put {} new ids on the list, so which one is its own is not known",
            new.len()
        );
        return Err(Outcome::inconclusive(Reason::Unstable, why).shown_by(evidence).into());
    };
    let id = id.clone();
    Ok(Two { first, second, id, evidence })
}

/// Whether a step sends the value of this name.
fn sends(audit: &Audit, step: StepName, name: &str) -> bool {
    let Some(step) = audit.recipe().steps.get(&step) else { return false };
    step.requests.iter().any(|request| match &request.body {
        Body::Form(fields) => fields.iter().any(|(_, value)| value.names().any(|used| used == name)),
        Body::Json(value) => value.to_string().contains(&format!("{{{{{name}}}}}")),
        Body::Text { text, .. } => text.names().any(|used| used == name),
        Body::None => false,
    })
}
