//! Beside many live sessions.

use results::{Measured, Spread, Unit, ratios, work};

use super::NOT_MEASURED;
use crate::{
    source::{Results, by_size},
    text::{Table, count, middle, number, rounds, verdict, with_rounds},
};

/// Operations by size, how they grow, memory, opening and the sweep.
pub(crate) fn scale(results: &Results) -> String {
    let Some(measured) = &results.scale else { return NOT_MEASURED.to_owned() };
    [operations(measured), memory(measured), others(measured)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

/// CPU time by size, and the largest to each smaller one.
fn operations(measured: &Measured) -> Option<String> {
    let sizes: Vec<u64> = by_size(measured, work::SCALE[0]).into_iter().map(|(size, _)| size).collect();
    let (largest, smaller) = sizes.split_last()?;
    let mut heads = vec!["CPU us".to_owned()];
    heads.extend(sizes.iter().map(|&size| count(size)));
    heads.extend(smaller.iter().rev().map(|&size| format!("{} : {}", short(*largest), short(size))));
    heads.push("at most 1.5".to_owned());
    let mut table = Table::new(&heads);
    for name in work::SCALE {
        let rows = by_size(measured, name);
        let Some(((_, largest), smaller)) = rows.split_last() else { continue };
        let mut cells = vec![name.to_owned()];
        cells.extend(rows.iter().map(|(_, row)| middle(Some(&row.rounds))));
        let growth: Vec<_> =
            smaller.iter().rev().map(|(_, row)| Spread::of(&ratios(&largest.rounds, &row.rounds))).collect();
        let whole = growth.last().copied().flatten();
        cells.extend(growth.into_iter().map(|spread| spread.map_or_else(String::new, with_rounds)));
        cells.push(verdict(whole.map(|spread| spread.median <= 1.5)).to_owned());
        table.add(&cells);
    }
    Some(table.text())
}

/// "1M", "100k".
fn short(size: u64) -> String {
    match size {
        size if size >= 1_000_000 && size.is_multiple_of(1_000_000) => format!("{}M", size / 1_000_000),
        size if size >= 1_000 && size.is_multiple_of(1_000) => format!("{}k", size / 1_000),
        size => count(size),
    }
}

fn memory(measured: &Measured) -> Option<String> {
    let mut table = Table::new(&[
        "near cache",
        "bytes each, growth of the process",
        "rounds",
        "by its own count",
        "at most 1,024",
    ]);
    let rows: Vec<_> = measured.rows.iter().filter(|row| row.work == work::MEMORY).collect();
    for row in &rows {
        let counted = measured.row(&row.side, work::MEMORY_COUNTED, &row.setting, Unit::Bytes);
        let setting = match row.setting.parse() {
            Ok(size) => format!("of {} sessions, all of them in it", count(size)),
            Err(_) => format!("of {}, the default", row.setting),
        };
        let spread = Spread::of(&row.rounds);
        table.add(&[
            setting,
            middle(Some(&row.rounds)),
            spread.map_or_else(String::new, rounds),
            middle(counted.map(|row| row.rounds.as_slice())),
            verdict(spread.map(|spread| spread.median <= 1024.0)).to_owned(),
        ]);
    }
    (!rows.is_empty()).then(|| table.text())
}

/// Everything else, one line each.
fn others(measured: &Measured) -> Option<String> {
    let mut table = Table::new(&["what", "sessions", "milliseconds", "rounds", "goal"]);
    let mut any = false;
    for row in &measured.rows {
        let goal = match row.work.as_str() {
            work::OPENING_CLEAN | work::OPENING_KILLED => "at most 2,000",
            work::SIGN_IN_P99 if row.setting == work::DURING_SWEEP => "at most 50 more",
            work::SWEEP_IDLE | work::SWEEP | work::SIGN_IN_P50 | work::SIGN_IN_P99 => "",
            _ => continue,
        };
        let figures = row.rounds.iter().map(|figure| match row.unit {
            Unit::CpuMicroseconds => figure / 1e3,
            _ => *figure,
        });
        let Some(spread) = Spread::of(&figures.collect::<Vec<_>>()) else { continue };
        let (what, sessions) = match row.setting.parse() {
            Ok(size) => (row.work.clone(), count(size)),
            Err(_) => (format!("{}, {}", row.work, row.setting), String::new()),
        };
        let what = if row.unit == Unit::CpuMicroseconds { format!("{what}, CPU") } else { what };
        let all = if row.rounds.len() > 1 { rounds(spread) } else { String::new() };
        table.add(&[what, sessions, number(spread.median), all, goal.to_owned()]);
        any = true;
    }
    any.then(|| table.text())
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn sizes_are_short_in_heads() {
        assert_eq!([1_000_000, 100_000, 1_500, 20].map(short), ["1M", "100k", "1,500", "20"]);
    }
}
