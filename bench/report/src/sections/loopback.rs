//! Over loopback: what a server takes, beside its control.

use std::fmt::Write as _;

use results::{Measured, Row, Spread, Unit, ratios};

use super::{NOT_MEASURED, in_words};
use crate::{
    source::{Results, distinct},
    text::{Table, capital, middle, number, rounds},
};

/// One table for each setting and route.
pub(crate) fn loopback(results: &Results) -> String {
    let Some(measured) = &results.loopback else { return NOT_MEASURED.to_owned() };
    let mut text = String::new();
    for setting in distinct(measured, |row| &row.setting) {
        for work in distinct(measured, |row| &row.work) {
            if let Some(table) = table(measured, work, setting) {
                let _ = write!(text, "\n### {}: {}\n\n{table}", capital(setting), in_words(work));
            }
        }
    }
    text.trim_start().to_owned()
}

fn table(measured: &Measured, work: &str, setting: &str) -> Option<String> {
    measured.rows.iter().find(|row| row.work == work && row.setting == setting)?;
    let heads = ["side", "requests/s", "to its control's", "CPU us", "control's to its", "rounds"];
    let mut table = Table::new(&heads);
    for side in distinct(measured, |row| &row.side) {
        let rate = measured.row(side, work, setting, Unit::PerSecond);
        let cpu = measured.row(side, work, setting, Unit::CpuMicroseconds);
        if rate.or(cpu).is_none() {
            continue;
        }
        let rates = rate.and_then(|row| Spread::of(&ratios(&row.rounds, control(measured, row)?)));
        let shares = cpu.and_then(|row| Spread::of(&ratios(control(measured, row)?, &row.rounds)));
        let ratio = |spread: Option<Spread>| spread.map_or_else(String::new, |spread| number(spread.median));
        table.add(&[
            side.to_owned(),
            middle(rate.map(|row| row.rounds.as_slice())),
            ratio(rates),
            middle(cpu.map(|row| row.rounds.as_slice())),
            ratio(shares),
            shares.map_or_else(String::new, rounds),
        ]);
    }
    Some(table.text())
}

fn control<'a>(measured: &'a Measured, row: &Row) -> Option<&'a [f64]> {
    let control = measured.row(row.control.as_deref()?, &row.work, &row.setting, row.unit)?;
    Some(&control.rounds)
}
