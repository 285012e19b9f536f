//! How strange a number of heads is, exactly.

use std::collections::HashMap;

use statrs::function::gamma::ln_gamma;

use crate::tokens::bounds::real;

/// Two-sided chances for fair coins, by the number of coins; made once for each number.
#[derive(Default)]
pub(super) struct FairCoins {
    /// For each number of coins, the chance of at most so many heads, up to a half.
    tails: HashMap<usize, Vec<f64>>,
}

impl FairCoins {
    /// The chance that so many heads, or a number as far from the middle, come of so many coins.
    pub(super) fn chance(&mut self, heads: usize, coins: usize) -> f64 {
        let tail = self.tails.entry(coins).or_insert_with(|| tail(coins));
        let few = heads.min(coins.saturating_sub(heads));
        tail.get(few).map_or(1.0, |chance| (2.0 * chance).min(1.0))
    }
}

fn tail(coins: usize) -> Vec<f64> {
    let all = ln_gamma(real(coins) + 1.0) - real(coins) * std::f64::consts::LN_2;
    let mut sum = 0.0;
    let chance = |heads: usize| {
        sum += (all - ln_gamma(real(heads) + 1.0) - ln_gamma(real(coins - heads) + 1.0)).exp();
        sum
    };
    (0..=coins / 2).map(chance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_exact() {
        let mut coins = FairCoins::default();
        assert!((coins.chance(0, 10) - 2.0 / 1024.0).abs() < 1e-12);
        assert!((coins.chance(9, 10) - 22.0 / 1024.0).abs() < 1e-12);
        assert!((coins.chance(5, 10) - 1.0).abs() < 1e-12);
        // Six standard deviations: 2.2e-9 here, where the normal distribution says 2.0e-9.
        assert!((coins.chance(10_424, 20_000) / 2.07e-9 - 1.0).abs() < 0.1);
    }
}
