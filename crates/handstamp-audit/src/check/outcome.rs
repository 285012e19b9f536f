//! What came of one check.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Description, Plot, Reason, Severity, Verdict};
use crate::wire::ExchangeId;

/// What came of one check.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The conclusion.
    pub verdict: Verdict,
    /// What was measured, in one line that stands alone: `still "alice" 60 s after logout`.
    pub headline: String,
    /// The rest of what was seen, in the order in which it was.
    pub facts: Vec<Fact>,
    /// The exchanges that show it, in the order in which they were made.
    pub evidence: Vec<ExchangeId>,
    /// What was measured, for reports to draw.
    pub plots: Vec<Plot>,
}

/// One thing that was seen, with its name: `alive after` = `60 s`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fact {
    /// What it is, in a few words.
    pub name: String,
    /// What it was.
    pub value: String,
}

impl Outcome {
    /// An outcome with the given verdict and headline.
    pub fn new(verdict: Verdict, headline: impl Into<String>) -> Self {
        Self {
            verdict,
            headline: headline.into(),
            facts: Vec::new(),
            evidence: Vec::new(),
            plots: Vec::new(),
        }
    }

    /// The flaw was looked for and not found.
    pub fn pass(headline: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, headline)
    }

    /// The flaw was seen.
    pub fn fail(severity: Severity, headline: impl Into<String>) -> Self {
        Self::new(Verdict::Fail { severity }, headline)
    }

    /// Something differs from policy, or a second line of defence is missing.
    pub fn warn(severity: Severity, headline: impl Into<String>) -> Self {
        Self::new(Verdict::Warn { severity }, headline)
    }

    /// The question was asked and not answered.
    pub fn inconclusive(reason: Reason, headline: impl Into<String>) -> Self {
        Self::new(Verdict::Inconclusive { reason }, headline)
    }

    /// The question does not arise.
    pub fn not_applicable(reason: Reason, headline: impl Into<String>) -> Self {
        Self::new(Verdict::NotApplicable { reason }, headline)
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.facts.push(Fact { name: name.into(), value: value.to_string() });
        self
    }

    /// Adds exchanges that show it.
    #[must_use]
    pub fn shown_by(mut self, exchanges: impl IntoIterator<Item = ExchangeId>) -> Self {
        self.evidence.extend(exchanges);
        self
    }

    /// Adds a picture of what was measured.
    #[must_use]
    pub fn drawn(mut self, plot: Plot) -> Self {
        self.plots.push(plot);
        self
    }
}

/// A check with what came of it and what it took.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckResult {
    /// What was asked.
    pub description: &'static Description,
    /// What came of it.
    pub outcome: Outcome,
    /// Requests that it sent.
    pub requests: u64,
    /// Time that it took, by the auditor's clock.
    pub took: Duration,
}
