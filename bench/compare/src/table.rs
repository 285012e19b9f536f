//! The figures on the terminal: medians, ratios with their spread, and what sides add compared with what
//! Handstamp adds. The report of `docs/benchmarks.md` is written from the same file of results.

use std::fmt::Write as _;

use results::{Measured, Row, Spread, Unit, ratios};

use crate::progress::with_unit;

/// The side that the others are compared with.
const OURS: &str = "handstamp";

/// All figures, one table for each work, setting and unit.
pub(crate) fn of(measured: &Measured) -> String {
    let mut text = String::new();
    let mut told: Vec<(&str, &str, Unit)> = Vec::new();
    for row in &measured.rows {
        let table = (row.work.as_str(), row.setting.as_str(), row.unit);
        if !told.contains(&table) {
            told.push(table);
        }
    }
    told.sort_by_key(|&(work, setting, unit)| (unit, setting, position(work)));
    for (work, setting, unit) in told {
        let place = if setting.is_empty() { work.to_owned() } else { format!("{work}, {setting}") };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{place}");
        let _ = writeln!(
            text,
            "  {:<24}{:>24}{:>24}{:>24}{:>26}",
            "side", "median", "of its control", "adds", "Handstamp's part of that"
        );
        for row in
            measured.rows.iter().filter(|row| (&*row.work, &*row.setting, row.unit) == (work, setting, unit))
        {
            let _ = writeln!(text, "{}", line(measured, row));
        }
    }
    for missing in &measured.missing {
        let _ = writeln!(text, "\nnot measured: {}, {}", missing.side, missing.why);
    }
    text
}

fn position(work: &str) -> Option<usize> {
    harness::Case::ALL.iter().position(|case| case.name() == work)
}

fn line(measured: &Measured, row: &Row) -> String {
    let median = Spread::of(&row.rounds).map(|spread| with_unit(spread.median, row.unit));
    let control = row.control.as_deref().and_then(|control| row_of(measured, control, row));
    let of_control = control.and_then(|control| Spread::of(&ratios(&row.rounds, &control.rounds)));
    // A rate adds nothing to another rate.
    let adds = if row.unit == Unit::PerSecond { None } else { measured.adds(row) };
    let ours = row_of(measured, OURS, row).and_then(|ours| measured.adds(ours));
    let added = adds.as_deref().and_then(Spread::of);
    let part = match (&ours, &adds, added) {
        // Against next to nothing a ratio says nothing.
        (Some(ours), Some(adds), Some(Spread { smallest, .. })) if row.side != OURS && smallest > 0.0 => {
            Spread::of(&ratios(ours, adds))
        }
        _ => None,
    };
    format!(
        "  {:<24}{:>24}{:>24}{:>24}{:>26}",
        row.side,
        median.unwrap_or_default(),
        of_control.map(spelled).unwrap_or_default(),
        added.map(|spread| with_unit(spread.median, row.unit)).unwrap_or_default(),
        part.map(spelled).unwrap_or_default()
    )
}

fn row_of<'a>(measured: &'a Measured, side: &str, row: &Row) -> Option<&'a Row> {
    measured.row(side, &row.work, &row.setting, row.unit)
}

fn spelled(spread: Spread) -> String {
    let Spread { median, smallest, largest } = spread;
    format!("{median:.2} ({smallest:.2} to {largest:.2})")
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
    fn what_sides_add_is_compared_round_by_round() {
        let mut measured = Measured::default();
        measured.add(row("axum", None, &[1000.0, 2000.0, 1000.0]));
        measured.add(row("handstamp", Some("axum"), &[1100.0, 2300.0, 1200.0]));
        measured.add(row("tower-sessions", Some("axum"), &[2000.0, 4000.0, 3000.0]));
        let text = of(&measured);
        let theirs = text.lines().find(|line| line.contains("tower-sessions")).unwrap();
        for part in ["3000 ns", "2.00 (2.00 to 3.00)", "2000 ns", "0.10 (0.10 to 0.15)"] {
            assert!(theirs.contains(part), "{part} in {theirs}");
        }
        let bare = text.lines().find(|line| line.contains(" axum")).unwrap();
        assert_eq!(bare.split_whitespace().collect::<Vec<_>>(), ["axum", "1000", "ns"]);
    }

    #[test]
    fn a_side_that_adds_nothing_has_no_ratio() {
        let mut measured = Measured::default();
        measured.add(row("axum", None, &[1000.0]));
        measured.add(row("handstamp", Some("axum"), &[1100.0]));
        measured.add(row("tower-sessions", Some("axum"), &[990.0]));
        let text = of(&measured);
        let theirs = text.lines().find(|line| line.contains("tower-sessions")).unwrap();
        assert!(theirs.trim_end().ends_with("-10 ns"), "{theirs}");
    }

    #[test]
    fn a_missing_side_is_named() {
        let missing = results::Missing { side: "express".to_owned(), why: "no npm".to_owned() };
        let measured = Measured { missing: vec![missing], ..Measured::default() };
        assert!(of(&measured).contains("not measured: express, no npm"));
    }
}
