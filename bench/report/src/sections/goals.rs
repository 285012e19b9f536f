//! The goals, and what is known of those that are missed.

use std::fmt::Write as _;

use crate::{budget, notes::Notes, source::Results, text::Table};

/// The table of goals. Under it, why some are missed, and what comes next.
pub(crate) fn goals(results: &Results, notes: &Notes) -> String {
    let mut table = Table::new(&["row", "what", "goal", "measured", "rounds", ""]);
    let mut missed = String::new();
    for line in budget::lines(results) {
        table.add(&line.cells());
        if line.holds() == Some(false) {
            let _ = write!(missed, "\n**Missed: row {}, {}.** ", line.row, line.what);
            match notes.of(&line.id) {
                Some(note) => {
                    let _ = writeln!(missed, "{}\nNext step: {}", note.why.trim(), note.next.trim());
                }
                None => missed.push_str("Nobody has written down why yet.\n"),
            }
        }
    }
    table.text() + &missed
}
