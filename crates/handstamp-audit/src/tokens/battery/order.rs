//! Whether values grow or fall with time, in every part of a token.

use statrs::distribution::{ContinuousCDF as _, Normal};

use super::{Effect, Family, Kept, Test};
use crate::tokens::{bounds::real, decode::Field};

/// Fewer tokens make the number of ascents no normal number.
const FEWEST: usize = 100;

/// Characters in a window.
const WIDTHS: [usize; 4] = [1, 2, 4, 8];

/// Equal neighbours are rare enough to be no concern above this many bits.
const NO_TIES: f64 = 16.0;

pub(super) fn run(field: &Field, kept: &Kept, tests: &mut Vec<Test>) {
    let tokens = field.symbols.len();
    let Ok(normal) = Normal::new(0.0, 1.0) else { return };
    if tokens < FEWEST {
        return;
    }
    let n = real(tokens);
    for width in WIDTHS {
        for from in 0..(field.sizes.len() + 1).saturating_sub(width) {
            let window = from..from + width;
            if !window.clone().all(|place| kept.places.get(place).copied().unwrap_or(false)) {
                continue;
            }
            let values: Vec<u64> = field.symbols.iter().map(|row| value(field, row, from, width)).collect();
            let places = [field.places.get(from).copied(), None];
            let mut add = |z: f64, effect| {
                let p = (2.0 * normal.sf(z.abs())).min(1.0);
                tests.push(Test { family: Family::Order, p, effect, places });
            };
            let correlation = correlation_with_order(&values);
            let effect = Effect { what: "correlation with order", found: correlation, expected: 0.0 };
            add(correlation * (n - 1.0).sqrt(), effect);
            let sizes = field.sizes.iter().skip(from).take(width);
            if sizes.map(|size| f64::from(*size).log2()).sum::<f64>() >= NO_TIES {
                let ascents = real(values.windows(2).filter(|pair| pair.first() < pair.last()).count());
                let effect = Effect { what: "ascents", found: ascents, expected: (n - 1.0) / 2.0 };
                add((ascents - (n - 1.0) / 2.0) / ((n + 1.0) / 12.0).sqrt(), effect);
            }
        }
    }
}

pub(super) fn value(field: &Field, row: &[u8], from: usize, width: usize) -> u64 {
    let digits = row.iter().zip(&field.sizes).skip(from).take(width);
    digits.fold(0, |value, (digit, size)| value * u64::from(*size) + u64::from(*digit))
}

fn correlation_with_order(values: &[u64]) -> f64 {
    let n = real(values.len());
    #[expect(clippy::cast_precision_loss, reason = "a correlation needs no more")]
    let values = || values.iter().map(|value| *value as f64);
    let (mean, middle) = (values().sum::<f64>() / n, (n - 1.0) / 2.0);
    let (mut both, mut own) = (0.0, 0.0);
    for (at, value) in values().enumerate() {
        both += (value - mean) * (real(at) - middle);
        own += (value - mean).powi(2);
    }
    let order = n * (n * n - 1.0) / 12.0;
    if own > 0.0 { both / (own * order).sqrt() } else { 0.0 }
}
