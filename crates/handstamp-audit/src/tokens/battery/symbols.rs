//! Whether each character comes as often as the others.

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::{Effect, Family, Kept, Test};
use crate::tokens::{bounds::real, decode::Field};

/// The statistic follows its distribution where this many are expected of each character.
const EXPECTED: f64 = 5.0;

pub(super) fn run(field: &Field, kept: &Kept, tests: &mut Vec<Test>) {
    let size = field.size;
    let mut pooled = vec![0_usize; usize::from(size)];
    let whole = kept.places.iter().enumerate().filter(|(_, kept)| **kept).map(|(place, _)| place);
    for place in whole {
        let own = field.sizes.get(place).copied().unwrap_or(size);
        let mut counts = vec![0_usize; usize::from(own)];
        for value in field.symbols.iter().filter_map(|row| row.get(place)) {
            if let Some(count) = counts.get_mut(usize::from(*value)) {
                *count += 1;
            }
        }
        if own == size {
            pooled.iter_mut().zip(&counts).for_each(|(sum, count)| *sum += count);
        }
        tests.extend(judged(&counts, [field.places.get(place).copied(), None]));
    }
    tests.extend(judged(&pooled, [None, None]));
}

fn judged(counts: &[usize], places: [Option<usize>; 2]) -> Option<Test> {
    let total: usize = counts.iter().sum();
    let expected = real(total) / real(counts.len());
    if expected < EXPECTED || counts.len() < 2 {
        return None;
    }
    let statistic: f64 = counts.iter().map(|count| (real(*count) - expected).powi(2) / expected).sum();
    let freedom = real(counts.len() - 1);
    let chi = ChiSquared::new(freedom).ok()?;
    // Too even is as strange as too uneven: a counter is.
    let p = (2.0 * chi.sf(statistic).min(chi.cdf(statistic))).min(1.0);
    let effect = Effect { what: "chi-square", found: statistic, expected: freedom };
    Some(Test { family: Family::Characters, p, effect, places })
}
