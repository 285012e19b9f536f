//! The table, and whether Handstamp's row in it is as promised.

use std::fmt::Write as _;

use crate::questions::{Fate, Row};

/// Dead, dead, dead, both keys, and no more writes than one in each touch interval.
pub fn holds(row: &Row) -> bool {
    let fates = [row.after_sign_out, row.after_end_elsewhere, row.after_sign_in_rotation];
    fates == [Fate::Dead; 3]
        && row.keys_kept == 2
        && row.writes_allowed.is_some_and(|allowed| row.writes_for_reads <= allowed)
}

/// One line for each contender, in Markdown.
pub fn table(rows: &[Row]) -> String {
    let heads = [
        "library",
        "after sign-out",
        "after end elsewhere",
        "after sign-in rotation",
        "two writers, keys kept",
        "writes for 100 reads",
    ];
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let widths: [usize; 6] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].len()).max().unwrap_or(0));

    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
        if index == 0 {
            for width in widths {
                let _ = write!(text, "|{:-<1$}", "", width + 2);
            }
            text.push_str("|\n");
        }
    }
    text
}

fn cells(row: &Row) -> [String; 6] {
    let fate = |fate| match fate {
        Fate::Dead => "dead".to_owned(),
        Fate::Alive => "ALIVE".to_owned(),
    };
    [
        row.name.clone(),
        fate(row.after_sign_out),
        fate(row.after_end_elsewhere),
        fate(row.after_sign_in_rotation),
        format!("{} of 2", row.keys_kept),
        row.writes_for_reads.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Row {
        Row {
            name: "a library".to_owned(),
            after_sign_out: Fate::Dead,
            after_end_elsewhere: Fate::Dead,
            after_sign_in_rotation: Fate::Dead,
            keys_kept: 2,
            reads: 100,
            writes_for_reads: 1,
            writes_allowed: Some(1),
        }
    }

    #[test]
    fn each_single_fault_breaks_the_row() {
        assert!(holds(&good()));
        for bad in [
            Row { after_sign_out: Fate::Alive, ..good() },
            Row { after_end_elsewhere: Fate::Alive, ..good() },
            Row { after_sign_in_rotation: Fate::Alive, ..good() },
            Row { keys_kept: 1, ..good() },
            Row { writes_for_reads: 2, ..good() },
            Row { writes_allowed: None, ..good() },
        ] {
            assert!(!holds(&bad), "{bad:?}");
        }
    }

    #[test]
    fn every_line_of_the_table_is_as_wide() {
        let table = table(&[good(), Row { name: "another library".to_owned(), ..good() }]);
        let widths: Vec<_> = table.lines().map(str::len).collect();
        assert_eq!(widths.len(), 4);
        assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
    }
}
