//! What is printed: Markdown, so that it can go into the documentation as it is.

use std::fmt::Write as _;

/// A table with its heads.
pub struct Table {
    title: String,
    lines: Vec<Vec<String>>,
    holds: bool,
}

impl Table {
    pub fn new(title: impl Into<String>, heads: &[&str]) -> Self {
        let heads = heads.iter().map(|&head| head.to_owned()).collect();
        Self { title: title.into(), lines: vec![heads], holds: true }
    }

    pub fn add(&mut self, cells: Vec<String>) {
        self.lines.push(cells);
    }

    /// A cell that says whether a bound is kept.
    pub fn verdict(&mut self, kept: bool) -> String {
        self.holds &= kept;
        if kept { "holds" } else { "MISSED" }.to_owned()
    }

    /// Prints it. Are all its bounds kept?
    pub fn print(&self) -> bool {
        println!("\n{}\n\n{}", self.title, self.text());
        self.holds
    }

    fn text(&self) -> String {
        let columns = self.lines.first().map_or(0, Vec::len);
        let width =
            |column: usize| self.lines.iter().filter_map(|line| line.get(column)).map(String::len).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            for (cell, width) in line.iter().zip(&widths) {
                let _ = write!(text, "| {cell:width$} ");
            }
            text.push_str("|\n");
            if index == 0 {
                for width in &widths {
                    let _ = write!(text, "|{:-<1$}", "", width + 2);
                }
                text.push_str("|\n");
            }
        }
        text
    }
}
