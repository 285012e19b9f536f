//! Tokens that came more than once.

use std::collections::HashMap;

use statrs::distribution::{DiscreteCDF as _, Poisson};

use super::{
    bounds::real,
    finding::{Finding, FindingKind},
};
use crate::check::Severity;

/// Repeats this rare by chance are none of chance.
const NOT_CHANCE: f64 = 1e-8;

/// How often tokens came again.
pub(super) struct Repeats {
    /// Pairs of equal tokens.
    pub(super) pairs: usize,
    pub(super) distinct: usize,
}

impl Repeats {
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for text in texts {
            *counts.entry(text).or_default() += 1;
        }
        let pairs = counts.values().map(|count| count * (count - 1) / 2).sum();
        Self { pairs, distinct: counts.len() }
    }

    /// A finding, where chance does not explain them.
    pub(super) fn finding(&self, tokens: usize, bits: f64) -> Option<Finding> {
        if self.pairs == 0 {
            return None;
        }
        if self.distinct == 1 {
            let headline = format!("all of {tokens} tokens are the same");
            return Some(Finding::new(FindingKind::Repeated, Severity::High, headline));
        }
        let expected = real(tokens) * (real(tokens) - 1.0) / 2.0 / bits.exp2();
        let least = u64::try_from(self.pairs - 1).unwrap_or(u64::MAX);
        let chance = Poisson::new(expected.max(1e-300)).map_or(0.0, |poisson| poisson.sf(least));
        (chance < NOT_CHANCE).then(|| {
            let headline = format!(
                "{} of {tokens} tokens are distinct: {} pairs are equal, where chance gives {expected:.1e}",
                self.distinct, self.pairs
            );
            Finding::new(FindingKind::Repeated, Severity::Medium, headline)
        })
    }
}
