//! When, on what and with what it was measured, and who could not take part.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use results::Measured;

use crate::{source::Results, text::Table};

/// Days, machine and versions, as tables. Measurements of different days or machines are told apart.
pub(crate) fn circumstances(results: &Results) -> String {
    let mut text = String::new();
    let mut table = Table::new(&["what", "measured on"]);
    for measured in results.present() {
        table.add(&[measured.measurement.as_str(), measured.date.as_str()]);
    }
    text.push_str(&table.text());
    for (head, facts) in [
        ("machine", merged(results, |measured| &measured.machine)),
        ("version of", merged(results, |measured| &measured.versions)),
    ] {
        let mut table = Table::new(&[head, ""]);
        for (name, values) in facts {
            table.add(&[name, &values.into_iter().collect::<Vec<_>>().join("; ")]);
        }
        let _ = write!(text, "\n{}", table.text());
    }
    text
}

fn merged<'a>(
    results: &'a Results,
    facts: impl Fn(&'a Measured) -> &'a BTreeMap<String, String>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut merged = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, value) in results.present().flat_map(facts) {
        merged.entry(name.as_str()).or_default().insert(value.as_str());
    }
    merged
}

/// The sides that could not be measured, with the reasons.
pub(crate) fn missing(results: &Results) -> String {
    let mut lines = BTreeSet::new();
    for measured in results.present() {
        for missing in &measured.missing {
            let why = missing.why.split_whitespace().collect::<Vec<_>>().join(" ");
            lines.insert(format!("- `{}`, {}: {why}\n", missing.side, measured.measurement));
        }
    }
    if lines.is_empty() {
        return "Every side could be built and measured.\n".to_owned();
    }
    format!("These sides could not be measured:\n\n{}", lines.into_iter().collect::<String>())
}
