//! What is printed: Markdown, so that it can go into the documentation as it is.

use std::{fmt::Write as _, process::Command};

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

/// Where and with what this was measured, in one line.
pub fn circumstances() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let rustc = said("rustc", &["--version"]);
    let kernel = said("uname", &["-sr"]);
    format!("{processor}, {cores} cores, memory {memory}, {kernel}, {rustc}")
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    output.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default().trim().to_owned()
}
