//! Thousands of tests at once: which of their results mean anything.

/// The chance that an audit of perfect tokens rejects at all, before it is confirmed.
pub(super) const FAMILY_WISE: f64 = 1e-4;

/// The chance of a rejection that a fresh sample confirms. Without one, a result this rare stands for itself.
pub(super) const CONFIRMED: f64 = FAMILY_WISE * FAMILY_WISE;

/// The share of false ones among those that are marked to be looked at.
pub(super) const DISCOVERY: f64 = 0.05;

/// The tests that are rejected at this family-wise level (Holm 1979): valid whatever they have to do with each other.
pub(super) fn holm(values: &[f64], level: f64) -> Vec<usize> {
    let order = by_value(values);
    let mut left = values.len();
    let is_rejected = move |index: &usize| {
        #[expect(clippy::cast_precision_loss, reason = "tests are counted in thousands")]
        let allowed = level / left as f64;
        left -= 1;
        values.get(*index).is_some_and(|value| *value <= allowed)
    };
    let mut rejected: Vec<usize> = order.into_iter().take_while(is_rejected).collect();
    rejected.sort_unstable();
    rejected
}

/// The tests worth a look at this rate of false discoveries (Benjamini and Hochberg 1995). For display only.
pub(super) fn worth_a_look(values: &[f64], rate: f64) -> Vec<usize> {
    let order = by_value(values);
    #[expect(clippy::cast_precision_loss, reason = "tests are counted in thousands")]
    let passes = |(rank, index): (usize, &usize)| {
        let allowed = rate * (rank + 1) as f64 / values.len() as f64;
        values.get(*index).is_some_and(|value| *value <= allowed)
    };
    let last = order.iter().enumerate().filter(|pair| passes(*pair)).map(|(rank, _)| rank + 1).next_back();
    order.into_iter().take(last.unwrap_or(0)).collect()
}

fn by_value(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |index: usize| values.get(index).copied().unwrap_or(1.0);
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_steps_down_and_stops_at_the_first_that_stands() {
        assert_eq!(holm(&[0.5, 0.012, 0.01, 0.04], 0.05), [1, 2]);
        assert!(holm(&[0.02, 0.5, 0.5], 0.05).is_empty());
    }

    #[test]
    fn discoveries_reach_up_to_the_last_that_fits() {
        assert_eq!(worth_a_look(&[0.03, 0.01, 0.9, 0.02], 0.05), [1, 3, 0]);
    }
}
