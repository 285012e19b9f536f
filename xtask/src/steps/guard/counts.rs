//! Counts of one case, and how they stand to those that are known.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Allocations are whole for most cases; where a table grows now and then they are a little more. Half of one is
/// less than the smallest regression.
const ALLOCATIONS: f64 = 0.5;
/// Instructions move by a few hundredths with the compiler, the C library and the processor that valgrind plays.
const INSTRUCTIONS: f64 = 0.06;

/// What one request costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Counts {
    pub(super) allocations: f64,
    pub(super) instructions: f64,
}

/// How counts stand to the known ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    AsKnown,
    Costlier,
    /// Better than is known: to be written down, so that it stays so.
    Cheaper,
}

impl Verdict {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::AsKnown => "",
            Self::Costlier => "costlier",
            Self::Cheaper => "cheaper: write it down",
        }
    }
}

impl Counts {
    pub(super) fn against(&self, known: &Self) -> Verdict {
        let more = self.allocations - known.allocations;
        let grown = self.instructions / known.instructions - 1.0;
        if more >= ALLOCATIONS || grown >= INSTRUCTIONS {
            Verdict::Costlier
        } else if more <= -ALLOCATIONS || grown <= -INSTRUCTIONS {
            Verdict::Cheaper
        } else {
            Verdict::AsKnown
        }
    }
}

/// Reads the known counts.
pub(super) fn read(file: &Value) -> Result<BTreeMap<String, Counts>> {
    let cases = file.as_object().context("it is no object of cases")?;
    let number = |case: &Value, name: &str| {
        let number = case[name].as_f64().filter(|number| *number > 0.0);
        number.with_context(|| format!("`{name}` is no number above 0"))
    };
    let counts = |case: &Value| -> Result<Counts> {
        let (allocations, instructions) = (number(case, "allocations")?, number(case, "instructions")?);
        Ok(Counts { allocations, instructions })
    };
    cases
        .iter()
        .map(|(name, case)| Ok((name.clone(), counts(case).with_context(|| format!("in {name}"))?)))
        .collect()
}

/// The text of a file with these counts.
pub(super) fn written(cases: &BTreeMap<String, Counts>) -> String {
    let mut text = String::from("{");
    for (place, (name, counts)) in cases.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let Counts { allocations, instructions } = counts;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "{comma}\n  \"{name}\": {{ \"allocations\": {allocations:.2}, \"instructions\": {instructions:.0} }}"
        );
    }
    text + "\n}"
}

/// The count in callgrind's last words, a line such as `==42== Collected : 123456`.
pub(super) fn collected(said: &str) -> Result<f64> {
    let count = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse::<f64>().ok());
    count.filter(|count| *count > 0.0).context("callgrind counted nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Counts = Counts { allocations: 22.0, instructions: 10_000.0 };

    #[test]
    fn one_allocation_more_is_costlier_and_one_less_is_to_be_written_down() {
        assert_eq!(Counts { allocations: 23.0, ..KNOWN }.against(&KNOWN), Verdict::Costlier);
        assert_eq!(Counts { allocations: 22.1, ..KNOWN }.against(&KNOWN), Verdict::AsKnown);
        assert_eq!(Counts { allocations: 21.0, ..KNOWN }.against(&KNOWN), Verdict::Cheaper);
    }

    #[test]
    fn instructions_may_move_by_less_than_six_hundredths() {
        assert_eq!(Counts { instructions: 10_599.0, ..KNOWN }.against(&KNOWN), Verdict::AsKnown);
        assert_eq!(Counts { instructions: 10_601.0, ..KNOWN }.against(&KNOWN), Verdict::Costlier);
        assert_eq!(Counts { instructions: 9_300.0, ..KNOWN }.against(&KNOWN), Verdict::Cheaper);
        // A saving never hides an allocation.
        assert_eq!(Counts { allocations: 23.0, instructions: 5_000.0 }.against(&KNOWN), Verdict::Costlier);
    }

    #[test]
    fn what_is_written_is_read() {
        let cases = BTreeMap::from([("ignores".to_owned(), KNOWN), ("reads-who".to_owned(), KNOWN)]);
        let value: Value = serde_json::from_str(&written(&cases)).unwrap();
        assert_eq!(read(&value).unwrap(), cases);
    }

    #[test]
    fn a_figure_that_is_missing_or_nothing_is_refused() {
        for text in [
            r#"{"ignores": {"allocations": 1}}"#,
            r#"{"ignores": {"allocations": 0, "instructions": 1}}"#,
            "[]",
        ] {
            assert!(read(&serde_json::from_str(text).unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn callgrinds_count_is_found() {
        assert!(
            collected("==7== \n==7== Collected : 1203500\n==7== \n").is_ok_and(|count| count > 1_203_499.0)
        );
        assert!(collected("==7== Collected : 0").is_err());
        assert!(collected("==7== Process terminating").is_err());
    }
}
