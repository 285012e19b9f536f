//! Looks at a recipe before a run: can signed in be told from not, and does each harmless step do what it says.
//!
//! Most audits that find nothing did not sign in. So this asks only that, shows both sides next to each other, and
//! plays the steps that leave nothing behind once, with the exchange of each that fails.

mod side;
mod steps;

use std::sync::Arc;

pub use side::Side;
use side::side;
use steps::Failed;
pub use steps::{State, Tried};

use crate::{
    audit::{Audit, CleanUp, Halt},
    check::{Outcome, Reason, Verdict},
    checks::{Check, find},
    credentials::Credentials,
    recipe::{Recipe, StepName},
    report::{ExchangeEntry, Mask},
    run::{Gate, Run},
};

/// What was seen. Secrets are masked in every text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Why signed in cannot be told from not signed in; `None` where it can.
    pub closed: Option<Reason>,
    /// The oracle's conclusion in one line.
    pub headline: String,
    /// What the oracle asked and what it saw, one line each.
    pub asked: Vec<String>,
    /// What `whoami` shows with the credential and without; empty where nobody could sign in.
    pub sides: Vec<Side>,
    /// Every minimal set of cookies and headers that signs in.
    pub sets: Vec<Vec<String>>,
    /// Cookies and headers that make no difference.
    pub others: Vec<String>,
    /// Every step: those of the recipe first, then those that it lacks.
    pub steps: Vec<Tried>,
    /// What became of the sessions that this made.
    pub cleaned_up: CleanUp,
    /// Requests that were sent.
    pub requests: u64,
}

impl Diagnosis {
    /// Whether every step that was tried did what it says.
    pub fn steps_work(&self) -> bool {
        self.steps.iter().all(|tried| !matches!(tried.state, State::Fails { .. }))
    }

    /// The number that a process ends with: 0, 2 where a step fails, 3 where signed in cannot be told from not, 6
    /// where the application cannot be reached.
    pub fn exit_code(&self) -> u8 {
        match self.closed {
            Some(Reason::TargetFailing | Reason::Budget) => 6,
            Some(_) => 3,
            None if self.steps_work() => 0,
            None => 2,
        }
    }
}

/// Asks all of it, and ends the sessions that it made.
pub async fn examine(audit: &Audit, recipe: Arc<Recipe>) -> Diagnosis {
    let clock = audit.clock().clone();
    let (began, start) = (clock.now(), clock.elapsed());
    let (gate, outcome) = gate(audit).await;
    let mut looks = Vec::new();
    let mut tried = Vec::new();
    if gate != Gate::Closed(Reason::TargetFailing) && gate != Gate::Closed(Reason::Budget) {
        match audit.sign_in(audit.first()).await {
            Ok(mut visitor) => {
                let credentials = visitor.credentials();
                for (who, credentials) in
                    [("with the login", credentials), ("without a login", Credentials::none())]
                {
                    if let Ok(look) = audit.look_for(&credentials, &format!("whoami {who}")).await {
                        looks.push((who, look.exchange));
                    }
                }
                tried = steps::play(audit, &mut visitor).await;
            }
            Err(Halt::Step(error)) => tried.push((error.step, Err(Failed::from(*error)))),
            // The oracle has said it.
            Err(_) => {}
        }
    }
    audit.client().begin_clean_up();
    let cleaned_up = audit.clean_up().await;
    let run = Run {
        options: audit.options(),
        began,
        took: clock.elapsed().saturating_sub(start),
        requests: audit.client().requests(),
        gate,
        results: Vec::new(),
        oracle: audit.oracle().cloned(),
        cleaned_up,
        journal: audit.client().journal().clone(),
        secrets: audit.secrets_met(),
        recipe,
    };
    told(&run, &outcome, &looks, &tried)
}

/// The check that every run begins with.
async fn gate(audit: &Audit) -> (Gate, Outcome) {
    let Some(check) = find("SA-ORC-01") else {
        let why = "the catalogue has no SA-ORC-01";
        return (Gate::Closed(Reason::NoOracle), Outcome::inconclusive(Reason::NoOracle, why));
    };
    let outcome = match (check.run)(audit).await {
        Ok(outcome) => outcome,
        Err(halt) => halt.into_outcome(),
    };
    let gate = match outcome.verdict {
        Verdict::Pass => Gate::Open,
        verdict => Gate::Closed(verdict.reason().unwrap_or(Reason::NoOracle)),
    };
    (gate, outcome)
}

type Look = (&'static str, Arc<crate::wire::Exchange>);

fn told(
    run: &Run,
    outcome: &Outcome,
    looks: &[Look],
    tried: &[(StepName, Result<String, Failed>)],
) -> Diagnosis {
    let mask = Mask::of(run);
    let shown = |id| -> Option<Box<ExchangeEntry>> {
        run.journal.get(id).map(|exchange| Box::new(mask.exchange(&exchange)))
    };
    let names = |carriers: &[crate::credentials::Carrier]| carriers.iter().map(ToString::to_string).collect();
    let oracle = run.oracle.as_ref();
    Diagnosis {
        closed: match run.gate {
            Gate::Open => None,
            Gate::Closed(reason) => Some(reason),
        },
        headline: mask.text(&outcome.headline),
        asked: outcome.facts.iter().map(|fact| mask.text(&fact.value)).collect(),
        sides: looks.iter().map(|(who, exchange)| side(who, exchange, &run.recipe, &mask)).collect(),
        sets: oracle.map(|oracle| oracle.sets.iter().map(|set| names(set)).collect()).unwrap_or_default(),
        others: oracle.map(|oracle| names(&oracle.others)).unwrap_or_default(),
        steps: steps::all(&run.recipe, tried, &|text| mask.text(text), &shown),
        cleaned_up: run.cleaned_up,
        requests: run.requests.0,
    }
}

/// How many checks need a step.
fn needed_by(step: StepName) -> usize {
    let needs = |check: &&'static Check| check.description.needs.contains(&step);
    crate::checks::catalogue().filter(needs).count()
}
