//! What rounds say together.
//!
//! A machine that does other work slows a round down as a whole. So sides are compared within each round, and
//! the middle of these comparisons is told, with the smallest and the largest beside it.

use crate::{Measured, Row, Unit};

/// The middle of some figures, with the smallest and the largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// As many are smaller as larger.
    pub median: f64,
    /// The smallest.
    pub smallest: f64,
    /// The largest.
    pub largest: f64,
}

impl Spread {
    /// The spread of finite figures; none if there is none.
    pub fn of(figures: &[f64]) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.iter().copied().filter(|figure| figure.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (smallest, largest) = (*sorted.first()?, *sorted.last()?);
        let (lower, upper) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Self { median: f64::midpoint(lower, upper), smallest, largest })
    }
}

/// One side's figures divided by another's, round by round.
pub fn ratios(side: &[f64], other: &[f64]) -> Vec<f64> {
    side.iter().zip(other).map(|(side, other)| side / other).collect()
}

/// What one side's figures are above another's, round by round.
pub fn differences(side: &[f64], other: &[f64]) -> Vec<f64> {
    side.iter().zip(other).map(|(side, other)| side - other).collect()
}

impl Measured {
    /// A side's figures of some work.
    pub fn row(&self, side: &str, work: &str, setting: &str, unit: Unit) -> Option<&Row> {
        self.rows
            .iter()
            .find(|row| row.side == side && row.work == work && row.setting == setting && row.unit == unit)
    }

    /// What a side adds to its control, round by round; none for a control.
    pub fn adds(&self, row: &Row) -> Option<Vec<f64>> {
        let control = self.row(row.control.as_deref()?, &row.work, &row.setting, row.unit)?;
        Some(differences(&row.rounds, &control.rounds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(side: &str, control: Option<&str>, rounds: &[f64]) -> Row {
        Row {
            side: side.to_owned(),
            control: control.map(str::to_owned),
            work: "ignores".to_owned(),
            setting: String::new(),
            unit: Unit::Nanoseconds,
            rounds: rounds.to_vec(),
        }
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middles() {
        let odd = Spread::of(&[9.0, 1.0, 2.0]);
        assert_eq!(odd, Some(Spread { median: 2.0, smallest: 1.0, largest: 9.0 }));
        let even = Spread::of(&[4.0, 1.0, 9.0, 2.0]);
        assert_eq!(even, Some(Spread { median: 3.0, smallest: 1.0, largest: 9.0 }));
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn a_division_by_nothing_is_no_figure() {
        assert_eq!(Spread::of(&ratios(&[1.0, 6.0], &[0.0, 2.0])).map(|spread| spread.median), Some(3.0));
    }

    #[test]
    fn a_side_is_compared_within_each_round() {
        let mut measured = Measured::default();
        measured.add(row("axum", None, &[100.0, 200.0]));
        measured.add(row("handstamp", Some("axum"), &[110.0, 220.0]));
        let side = measured.row("handstamp", "ignores", "", Unit::Nanoseconds).unwrap();
        assert_eq!(measured.adds(side), Some(vec![10.0, 20.0]));
        let control = measured.row("axum", "ignores", "", Unit::Nanoseconds).unwrap();
        assert_eq!(measured.adds(control), None);
        assert_eq!(ratios(&side.rounds, &control.rounds), [1.1, 1.1]);
        assert!(measured.row("handstamp", "ignores", "pinned", Unit::Nanoseconds).is_none());
    }
}
