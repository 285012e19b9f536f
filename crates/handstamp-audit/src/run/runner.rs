//! Runs the planned checks, one after the other.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{Choices, Planned, plan};
use crate::{
    audit::{Audit, CleanUp, Options},
    check::{CheckResult, Outcome, Reason, Verdict},
    oracle::Oracle,
    recipe::{Recipe, Secret},
    wire::Journal,
};

/// Is told how a run goes on.
pub trait Observer: Send {
    /// The run begins with this plan.
    fn planned(&mut self, _plan: &[Planned]) {}

    /// A check begins.
    fn began(&mut self, _check: &Planned, _requests: (u64, u64)) {}

    /// A check ended, or was left out.
    fn ended(&mut self, _result: &CheckResult) {}

    /// All checks are over and sessions are being ended.
    fn cleaning_up(&mut self) {}
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Silent;

impl Observer for Silent {}

/// Whether anything could be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gate {
    /// Signed in can be told from not signed in.
    Open,
    /// It cannot, for this reason.
    Closed(Reason),
}

/// A run that is over: what every report is made of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Run {
    /// The recipe.
    pub recipe: Arc<Recipe>,
    /// What the run was allowed.
    pub options: Options,
    /// When it began.
    pub began: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// Requests that it sent, clean-up too, and how many it was allowed.
    pub requests: (u64, u64),
    /// Whether anything could be asked.
    pub gate: Gate,
    /// What every check of the catalogue came to, in its order.
    pub results: Vec<CheckResult>,
    /// What was found out about credentials.
    pub oracle: Option<Oracle>,
    /// What became of the sessions that it made.
    pub cleaned_up: CleanUp,
    /// Every exchange.
    pub journal: Journal,
    /// What answers gave and checks made up that no report may show, besides what stands in the exchanges.
    pub secrets: Vec<Secret>,
}

/// After so many checks in a row that were slowed down, the rest is not asked: it may be a lockout.
const MOST_SLOWED: usize = 2;
/// How long a run waits at most where the application asks for fewer requests.
const MOST_PATIENCE: Duration = Duration::from_secs(60);

/// Runs every planned check in order, ends the sessions that were made, and says what came of it. A check that was
/// left out has its reason; a run that cannot tell who is signed in, or whose budget is used up, asks no more.
pub async fn run(audit: &Audit, recipe: Arc<Recipe>, choices: &Choices, observer: &mut dyn Observer) -> Run {
    let clock = audit.clock().clone();
    let (began, start) = (clock.now(), clock.elapsed());
    let planned = plan(&recipe, audit.options(), choices);
    observer.planned(&planned);
    let mut results: Vec<CheckResult> = Vec::with_capacity(planned.len());
    let mut stopped: Option<(Reason, &'static str)> = None;
    let mut slowed = 0;
    for planned in &planned {
        let result = match (planned.left_out, stopped) {
            (Some(reason), _) => {
                let why = planned.unlocked_by(&recipe).unwrap_or_default();
                left_out(planned, Outcome::not_applicable(reason, why))
            }
            (None, Some((reason, why))) => left_out(planned, Outcome::inconclusive(reason, why)),
            (None, None) => {
                observer.began(planned, audit.client().requests());
                ask(audit, planned).await
            }
        };
        audit.set_verdict(planned.check.description.id, result.outcome.verdict);
        observer.ended(&result);
        let reason = result.outcome.verdict.reason();
        if stopped.is_none() {
            slowed = if reason == Some(Reason::RateLimited) { slowed + 1 } else { 0 };
            stopped = match reason {
                _ if audit.oracle().is_none() => Some((
                    reason.unwrap_or(Reason::NoOracle),
                    "who is signed in could not be told (SA-ORC-01)",
                )),
                Some(Reason::Budget) => Some((Reason::Budget, "the run ended before it was asked")),
                Some(Reason::RateLimited) if slowed >= MOST_SLOWED => Some((
                    Reason::RateLimited,
                    "the application kept asking for fewer requests, and the run stopped",
                )),
                _ => None,
            };
            if slowed > 0 && stopped.is_none() {
                clock.pause(audit.client().asked_to_wait().min(MOST_PATIENCE)).await;
            }
        }
        results.push(result);
    }
    observer.cleaning_up();
    audit.client().begin_clean_up();
    let cleaned_up = audit.clean_up().await;
    Run {
        recipe,
        options: audit.options(),
        began,
        took: clock.elapsed().saturating_sub(start),
        requests: audit.client().requests(),
        gate: match audit.oracle() {
            Some(_) => Gate::Open,
            None => Gate::Closed(
                results
                    .first()
                    .and_then(|result| result.outcome.verdict.reason())
                    .unwrap_or(Reason::NoOracle),
            ),
        },
        results,
        oracle: audit.oracle().cloned(),
        cleaned_up,
        journal: audit.client().journal().clone(),
        secrets: audit.secrets_met(),
    }
}

async fn ask(audit: &Audit, planned: &Planned) -> CheckResult {
    let clock = audit.clock();
    let (start, before) = (clock.elapsed(), audit.client().requests().0);
    let outcome = match (planned.check.run)(audit).await {
        Ok(outcome) => outcome,
        Err(halt) => halt.into_outcome(),
    };
    CheckResult {
        description: &planned.check.description,
        outcome,
        requests: audit.client().requests().0 - before,
        took: clock.elapsed().saturating_sub(start),
    }
}

fn left_out(planned: &Planned, outcome: Outcome) -> CheckResult {
    CheckResult { description: &planned.check.description, outcome, requests: 0, took: Duration::ZERO }
}

impl Run {
    /// The findings: failures and warnings, in the order of the catalogue.
    pub fn findings(&self) -> impl Iterator<Item = &CheckResult> {
        self.results.iter().filter(|result| result.outcome.verdict.severity().is_some())
    }

    /// The result of the check with this id.
    pub fn result(&self, id: &str) -> Option<&CheckResult> {
        self.results.iter().find(|result| result.description.id == id)
    }

    /// How many results have this verdict's word.
    pub fn count(&self, wanted: impl Fn(Verdict) -> bool) -> usize {
        self.results.iter().filter(|result| wanted(result.outcome.verdict)).count()
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::Closed(reason) => write!(f, "closed: {}", reason.says()),
        }
    }
}
