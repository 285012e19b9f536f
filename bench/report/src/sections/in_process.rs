//! Without sockets: what each side costs by itself.

use std::fmt::Write as _;

use results::{Measured, Row, Spread, Unit};

use super::{NOT_MEASURED, in_words};
use crate::{
    source::{Results, distinct, figures},
    text::{Table, with_rounds},
};

/// One table for each unit: controls whole, sides by what they add.
pub(crate) fn in_process(results: &Results) -> String {
    let Some(measured) = &results.in_process else { return NOT_MEASURED.to_owned() };
    let mut text = String::new();
    for (unit, name) in [
        (Unit::Instructions, "Instructions"),
        (Unit::Nanoseconds, "Nanoseconds"),
        (Unit::Allocations, "Allocations"),
        (Unit::Bytes, "Bytes allocated"),
    ] {
        if let Some(table) = table(measured, unit) {
            let _ = write!(text, "\n### {name} for one request\n\n{table}");
        }
    }
    text.trim_start().to_owned()
}

fn table(measured: &Measured, unit: Unit) -> Option<String> {
    measured.rows.iter().find(|row| row.unit == unit)?;
    let cases = distinct(measured, |row| &row.work);
    let mut heads = vec!["side"];
    heads.extend(cases.iter().map(|case| in_words(case)));
    let mut table = Table::new(&heads);
    for side in distinct(measured, |row| &row.side) {
        let rows: Vec<_> = cases.iter().map(|case| figures(measured, side, case, unit)).collect();
        let Some(first) = rows.iter().flatten().next() else { continue };
        let mut cells = vec![match &first.control {
            Some(control) => format!("{side}, above {control}"),
            None => format!("{side}, whole"),
        }];
        cells.extend(rows.into_iter().map(|row| row.map_or_else(String::new, |row| cell(measured, row))));
        table.add(&cells);
    }
    Some(table.text())
}

fn cell(measured: &Measured, row: &Row) -> String {
    let figures = match row.control {
        Some(_) => measured.adds(row),
        None => Some(row.rounds.clone()),
    };
    let Some(spread) = figures.and_then(|figures| Spread::of(&figures)) else { return String::new() };
    let sign = if row.control.is_some() && spread.median > 0.0 { "+" } else { "" };
    format!("{sign}{}", with_rounds(spread))
}
