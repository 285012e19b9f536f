//! Entries for the unit tests of reports.

use super::document::{CheckEntry, StepPlace};
use crate::check::Verdict;

/// An entry with this verdict.
pub(super) fn check_entry(id: &str, verdict: Verdict, asvs: &[&str]) -> CheckEntry {
    CheckEntry {
        id: id.to_owned(),
        group: id.split('-').nth(1).unwrap_or_default().to_owned(),
        title: "something holds".to_owned(),
        verdict,
        headline: format!("what {id} saw"),
        facts: Vec::new(),
        evidence: Vec::new(),
        evidence_left_out: 0,
        plots: Vec::new(),
        asvs: asvs.iter().map(|id| (*id).to_owned()).collect(),
        wstg: Vec::new(),
        cwe: Vec::new(),
        explanation: String::new(),
        remedy: String::new(),
        step: StepPlace { name: "login".to_owned(), line: 1 },
        fingerprint: id.to_owned(),
        requests: 1,
        took_ms: 1,
        unlocked_by: None,
    }
}
