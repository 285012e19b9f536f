//! How good tokens are: unlike each other, long enough, free of structure, not to be predicted, and compared whole.
//!
//! Tokens are taken by real logins, and by visits before login where those get tokens of the same kind. They are
//! taken once in a run and shared; each check then answers for some of what the analysis finds.

mod analysed;
mod anonymous;
mod dictionary;
mod generators;
mod guessing;
mod positions;
mod sample;
mod size;
mod spelling;
mod statistics;
mod structure;
mod unique;

use super::Check;
use crate::{
    check::{Outcome, Severity},
    tokens::{Analysis, FindingKind},
};

pub(super) const CHECKS: &[Check] = &[
    unique::CHECK,
    size::CHECK,
    structure::CHECK,
    statistics::CHECK,
    generators::CHECK,
    dictionary::CHECK,
    anonymous::CHECK,
    positions::CHECK,
];

/// What an application may answer with a lockout.
pub(super) const LAST_CHECKS: &[Check] = &[guessing::CHECK];

/// What the findings of these kinds come to, the worst of them first; where there is none, it passes with these words.
fn judged(analysis: &Analysis, kinds: &[FindingKind], otherwise: String) -> Outcome {
    let own: Vec<_> = analysis.findings.iter().filter(|finding| kinds.contains(&finding.kind)).collect();
    let outcome = match own.iter().max_by_key(|finding| finding.severity) {
        Some(worst) if worst.severity > Severity::Information => {
            Outcome::fail(worst.severity, worst.headline.clone())
        }
        _ => Outcome::pass(otherwise),
    };
    let outcome =
        own.iter().fold(outcome, |outcome, finding| outcome.fact(finding.kind.word(), &finding.headline));
    outcome.fact("tokens", analysis.tokens).fact("format", &analysis.format)
}
