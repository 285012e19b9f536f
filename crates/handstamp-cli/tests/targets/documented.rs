//! What `docs/audit/findings.md` says is found: its tables are what the tests assert.

use std::fmt::Write as _;

use crate::application::Shape;

const DOCUMENT: &str = include_str!("../../../../docs/audit/findings.md");

/// The table of one shape of an application.
pub struct Documented {
    /// Checks with what they come to in every run, such as `fail high`; sorted by check.
    pub always: Vec<(String, String)>,
    /// The same where it takes luck.
    pub by_chance: Vec<(String, String)>,
}

impl Documented {
    /// Reads the table below `## NAME...` and `### Default` or `### Hardened`.
    pub fn of(name: &str, shape: Shape) -> Self {
        let section = below(DOCUMENT, "\n## ", name);
        let heading = match shape {
            Shape::Default => "Default",
            Shape::Hardened => "Hardened",
        };
        let mut documented = Self { always: Vec::new(), by_chance: Vec::new() };
        for line in below(section, "\n### ", heading).lines().filter(|line| line.starts_with("| SA-")) {
            let mut cells = line.split('|').map(str::trim).skip(1);
            let (id, severity) = (cells.next().unwrap(), cells.next().unwrap());
            let (severity, is_by_chance) = match severity.strip_suffix(", by chance") {
                Some(severity) => (severity, true),
                None => (severity, false),
            };
            let verdict = match severity.strip_prefix("warning, ") {
                Some(severity) => format!("warn {severity}"),
                None => format!("fail {severity}"),
            };
            let list = if is_by_chance { &mut documented.by_chance } else { &mut documented.always };
            list.push((id.to_owned(), verdict));
        }
        documented.always.sort();
        assert!(!documented.always.is_empty(), "docs/audit/findings.md has no table for {name}, {shape}");
        documented
    }
}

/// What stands below the heading that begins so, up to the next of its level.
fn below<'a>(text: &'a str, level: &str, heading: &str) -> &'a str {
    let begins = format!("{level}{heading}");
    let start = text.find(&begins).unwrap_or_else(|| panic!("docs/audit/findings.md has no {begins:?}"));
    let rest = &text[start + begins.len()..];
    &rest[..rest.find(level).unwrap_or(rest.len())]
}

/// Checks and verdicts as lines of a table.
pub fn table(found: &[(String, String)]) -> String {
    found.iter().fold(String::new(), |mut lines, (id, verdict)| {
        writeln!(lines, "    {id} {verdict}").unwrap();
        lines
    })
}
