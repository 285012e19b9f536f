//! Numbers and tables as they are written.

use std::fmt::Write as _;

use results::Spread;

/// Three digits that say something, and commas between thousands.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if value.fract() == 0.0 || size >= 99.95 => 0,
        // A few of thousands of requests made a table grow.
        _ if size >= 9.995 && (value - value.round()).abs() < 0.05 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.1995 => 2,
        _ => 3,
    };
    with_commas(&format!("{value:.decimals$}"))
}

/// A count of sessions.
pub(crate) fn count(value: u64) -> String {
    with_commas(&value.to_string())
}

/// "0.73 to 1.04".
pub(crate) fn rounds(spread: Spread) -> String {
    format!("{} to {}", number(spread.smallest), number(spread.largest))
}

/// "0.93 (0.73 to 1.04)", or the middle alone if all rounds are alike.
pub(crate) fn with_rounds(spread: Spread) -> String {
    let (middle, rounds) = (number(spread.median), rounds(spread));
    if rounds == format!("{middle} to {middle}") { middle } else { format!("{middle} ({rounds})") }
}

/// A cell of figures that may be absent.
pub(crate) fn middle(figures: Option<&[f64]>) -> String {
    figures.and_then(Spread::of).map_or_else(String::new, |spread| number(spread.median))
}

/// As a heading begins.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether a goal is met, as a cell; nothing was measured if there is no answer.
pub(crate) fn verdict(holds: Option<bool>) -> &'static str {
    match holds {
        None => "not measured",
        Some(true) => "holds",
        Some(false) => "**missed**",
    }
}

/// A table of Markdown.
pub(crate) struct Table(String);

impl Table {
    pub(crate) fn new<S: AsRef<str>>(heads: &[S]) -> Self {
        let mut table = Self(String::new());
        table.add(heads);
        let _ = writeln!(table.0, "|{}", "---|".repeat(heads.len()));
        table
    }

    pub(crate) fn add<S: AsRef<str>>(&mut self, cells: &[S]) {
        for cell in cells {
            let _ = match cell.as_ref() {
                "" => write!(self.0, "| "),
                cell => write!(self.0, "| {} ", cell.replace('|', "\\|").replace('\n', " ")),
            };
        }
        self.0.push_str("|\n");
    }

    pub(crate) fn text(self) -> String {
        self.0
    }
}

fn with_commas(digits: &str) -> String {
    let (sign, rest) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        for (value, text) in [
            (0.0984, "0.098"),
            (0.9, "0.90"),
            (1.536, "1.54"),
            (12.34, "12.3"),
            (37.998, "38"),
            (99.97, "100"),
            (1234.5, "1,234"),
            (-1_234_567.8, "-1,234,568"),
            (4.0, "4"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_spread_of_one_value_is_that_value() {
        let spread = |figures: &[f64]| with_rounds(Spread::of(figures).unwrap());
        assert_eq!(spread(&[3.0, 3.0]), "3");
        assert_eq!(spread(&[0.8, 0.9, 1.1]), "0.90 (0.80 to 1.10)");
    }

    #[test]
    fn a_cell_cannot_end_its_row() {
        let mut table = Table::new(&["a", "b"]);
        table.add(&["x|y\nz", ""]);
        assert_eq!(table.text(), "| a | b |\n|---|---|\n| x\\|y z | |\n");
    }
}
