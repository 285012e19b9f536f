//! The goals, and what is known of those that are missed.

use std::fmt::Write as _;

use crate::{budget, notes::Notes, source::Results, text::Table};

/// The table of goals. Under it, why some are missed, and what comes next.
pub(crate) fn goals(results: &Results, notes: &Notes) -> String {
    let mut table = Table::new(&["row", "what", "goal", "measured", "rounds", ""]);
    let (mut explained, mut unexplained) = (String::new(), String::new());
    for line in budget::lines(results) {
        table.add(&line.cells());
        if line.holds() != Some(false) {
            continue;
        }
        if let Some(note) = notes.of(&line.id) {
            let _ = writeln!(
                explained,
                "\n**Missed: row {}, {}.** {}\nNext step: {}",
                line.row,
                line.what,
                note.why.trim(),
                note.next.trim()
            );
        } else {
            let _ = writeln!(unexplained, "- row {}, {}", line.row, line.what);
        }
    }
    if !unexplained.is_empty() {
        let _ = write!(explained, "\n**Missed, and nobody has written down why yet:**\n\n{unexplained}");
    }
    table.text() + &explained
}
