//! Entries for the unit tests of reports.

use super::{
    BodyText, CheckEntry, ExchangeEntry, FORMAT, GateState, Inventory, RecipeFile, Report, RequestEntry,
    Requests, ResponseEntry, SessionCount, StepPlace, Summary, Tool, VERSION, standards,
};
use crate::check::{Profile, Severity, Verdict};

/// An entry with this verdict.
pub(super) fn check_entry(id: &str, verdict: Verdict, asvs: &[&str]) -> CheckEntry {
    CheckEntry {
        id: id.to_owned(),
        group: id.split('-').nth(1).unwrap_or_default().to_owned(),
        title: "something holds".to_owned(),
        verdict,
        at_most: Severity::High,
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

/// A report of these checks, with an open gate.
pub(super) fn report(checks: Vec<CheckEntry>) -> Report {
    Report {
        format: FORMAT.to_owned(),
        version: VERSION,
        tool: Tool { name: "handstamp audit".to_owned(), version: "0.0.0".to_owned() },
        target: "http://localhost:8080/".to_owned(),
        recipe: RecipeFile { path: "recipe.toml".to_owned(), sha256: "00".repeat(32) },
        profile: Profile::Standard,
        allows_destructive: false,
        seed: 0,
        began: "2026-01-01T00:00:00Z".to_owned(),
        took_ms: 1_000,
        requests: Requests { used: 10, allowed: 5_000 },
        gate: GateState { is_open: true, reason: None },
        credentials: Inventory { sets: vec![vec!["cookie sid".to_owned()]], others: Vec::new() },
        summary: Summary::default(),
        standards: standards::coverage(&checks),
        checks,
        sessions: SessionCount { ended: 2, left: 0 },
        exchanges: Vec::new(),
    }
}

/// An exchange with an empty answer.
pub(super) fn exchange_entry(id: u32, method: &str, target: &str) -> ExchangeEntry {
    ExchangeEntry {
        id,
        purpose: "whoami as alice".to_owned(),
        origin: "http://localhost:8080".to_owned(),
        connection: id,
        sent_ms: 0,
        took_ms: 1,
        request: RequestEntry {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: BodyText::default(),
        },
        response: ResponseEntry { status: 200, headers: Vec::new(), body: BodyText::default() },
    }
}
