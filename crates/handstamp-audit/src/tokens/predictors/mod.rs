//! Generators that pass every test of randomness and are known all the same. Each attack takes some tokens, works
//! out the state behind them, and counts only when it then predicts tokens that it has not seen, exactly.

mod additive;
mod congruential;
mod java;
mod linear;
mod mersenne;
mod v8;
mod words;

use super::{
    decode::Layout,
    finding::{Finding, FindingKind},
    structure::Kept,
};
use crate::check::Severity;

/// A generator whose next outputs are known.
pub(super) struct Prediction {
    /// Which generator.
    pub(super) generator: &'static str,
    /// Tokens that the attack took.
    pub(super) used: usize,
    /// Tokens that it predicted then, exactly.
    pub(super) predicted: usize,
    /// Bits of its state: an attacker who has no token guesses these.
    pub(super) state: f64,
    /// Bits of each token that are predicted, where that is not all of them.
    pub(super) part: Option<(usize, usize)>,
}

impl Prediction {
    fn whole(generator: &'static str, used: usize, predicted: usize, state: f64) -> Self {
        Self { generator, used, predicted, state, part: None }
    }

    pub(super) fn finding(&self) -> Finding {
        let Self { generator, used, predicted, .. } = self;
        match self.part {
            None => Finding::new(
                FindingKind::Predictable,
                Severity::High,
                format!(
                    "{generator}: {used} tokens in a row give the state, and the {predicted} after them were predicted exactly"
                ),
            ),
            Some((part, all)) if *predicted == 0 => Finding::new(
                FindingKind::LinearGenerator,
                Severity::High,
                format!("{generator}: {part} of {all} bits of {used} tokens follow from the others"),
            ),
            Some((part, all)) => Finding::new(
                FindingKind::LinearGenerator,
                Severity::High,
                format!(
                    "{generator}: {part} of {all} bits of each token follow from earlier ones, exactly in {predicted} tokens that were held out"
                ),
            ),
        }
    }
}

/// The first attack that succeeds.
pub(super) fn run(layout: &Layout, kept: &[Kept]) -> Option<Prediction> {
    if let Some(found) = v8::run(&layout.texts) {
        return Some(found);
    }
    for field in &layout.fields {
        let Some(rows) = &field.bytes else { continue };
        let found = java::run(rows)
            .or_else(|| congruential::run(rows))
            .or_else(|| additive::run(rows))
            .or_else(|| mersenne::run(rows));
        if found.is_some() {
            return found;
        }
    }
    layout.fields.iter().zip(kept).find_map(|(field, kept)| linear::run(field, kept))
}
