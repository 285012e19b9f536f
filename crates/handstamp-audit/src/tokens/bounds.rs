//! What the data alone support, and how long guessing takes.

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::{decode::Field, structure::Kept};

/// The 99.5 % quantile of the normal distribution, as NIST SP 800-90B takes it (6.3.1).
const CONFIDENCE: f64 = 2.576;

/// The pairs of a sample as a real number.
#[expect(clippy::cast_precision_loss, reason = "a sample is small")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// Min-entropy of the most common value at each place, as SP 800-90B estimates it; one list for each field, zero
/// where structure was taken away.
pub(super) fn per_place(field: &Field, kept: &Kept) -> Vec<f64> {
    let tokens = real(field.symbols.len());
    let bound = |most: usize| {
        let p = real(most) / tokens;
        let upper = (p + CONFIDENCE * (p * (1.0 - p) / (tokens - 1.0).max(1.0)).sqrt()).min(1.0);
        -upper.log2()
    };
    let place = |(place, is_kept): (usize, &bool)| {
        if *is_kept {
            let mut counts = [0_usize; 256];
            for value in field.symbols.iter().filter_map(|row| row.get(place)) {
                if let Some(count) = counts.get_mut(usize::from(*value)) {
                    *count += 1;
                }
            }
            return bound(counts.into_iter().max().unwrap_or(0));
        }
        let bits = kept.columns.iter().filter(|(at, _)| *at == place);
        bits.map(|(at, shift)| {
            let ones = field.column(*at, *shift).ones();
            bound(ones.max(field.symbols.len() - ones))
        })
        .sum()
    };
    // Minus zero is a number that nobody wants to read.
    kept.places.iter().enumerate().map(place).map(|bits: f64| bits.max(0.0)).collect()
}

/// The least Renyi entropy of order two, in bits, that this many repeats (pairs of equal tokens) leave possible
/// with 95 % confidence. The tokens must be independent draws: a counter never repeats either.
pub(super) fn collision_bound(tokens: usize, repeats: usize) -> f64 {
    let freedom = 2.0 * (real(repeats) + 1.0);
    let most = ChiSquared::new(freedom).map_or(f64::INFINITY, |chi| chi.inverse_cdf(0.95)) / 2.0;
    (real(tokens) * (real(tokens) - 1.0) / (2.0 * most)).log2().max(0.0)
}

/// What repeats say the entropy of order two is; nothing where there are none.
pub(super) fn collision_estimate(tokens: usize, repeats: usize) -> Option<f64> {
    (repeats > 0).then(|| (real(tokens) * (real(tokens) - 1.0) / (2.0 * real(repeats))).log2())
}

/// The time after which one of `sessions` live tokens of this many bits is guessed with even chance, in seconds.
///
/// ASVS 11.5.1 asks for 128 bits so that this is out of reach whatever the rate.
pub fn half_guessed(bits: f64, guesses_per_second: f64, sessions: f64) -> f64 {
    std::f64::consts::LN_2 * bits.exp2() / (guesses_per_second * sessions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_tables() {
        for (tokens, bits) in [(200, 12.7), (2_000, 19.3), (20_000, 26.0)] {
            assert!((collision_bound(tokens, 0) - bits).abs() < 0.06, "{tokens}");
        }
        assert!((collision_estimate(1_000, 1).unwrap() - 18.93).abs() < 0.01);
        assert!((half_guessed(32.0, 1_000.0, 1.0) - 2_977_044.5).abs() < 1.0);
    }
}
