//! Durable sign-ins, beside a control without the engine.

use results::{Spread, Unit, ratios, work};

use super::NOT_MEASURED;
use crate::{
    source::{Results, distinct},
    text::{Table, middle, number, rounds, verdict},
};

/// One line for each number of clients.
pub(crate) fn sign_ins(results: &Results) -> String {
    let Some(measured) = &results.sign_ins else { return NOT_MEASURED.to_owned() };
    let heads = [
        "",
        "engine, per s",
        "control, per s",
        "ratio",
        "rounds",
        "CPU us",
        "CPU us, control",
        "at least 0.8",
    ];
    let mut table = Table::new(&heads);
    for setting in distinct(measured, |row| &row.setting) {
        let of =
            |side, unit| measured.row(side, work::SIGN_IN, setting, unit).map(|row| row.rounds.as_slice());
        let engine = of(work::HANDSTAMP, Unit::PerSecond);
        let control = of(work::SAME_BYTES, Unit::PerSecond);
        let ratio = engine.zip(control).and_then(|(engine, control)| Spread::of(&ratios(engine, control)));
        table.add(&[
            setting.to_owned(),
            middle(engine),
            middle(control),
            ratio.map_or_else(String::new, |spread| number(spread.median)),
            ratio.map_or_else(String::new, rounds),
            middle(of(work::HANDSTAMP, Unit::CpuMicroseconds)),
            middle(of(work::SAME_BYTES, Unit::CpuMicroseconds)),
            verdict(ratio.map(|spread| spread.median >= 0.8)).to_owned(),
        ]);
    }
    table.text()
}
