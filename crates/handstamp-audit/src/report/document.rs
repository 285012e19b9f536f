//! The report as a value: everything that any format shows, secrets masked already.
//!
//! Its JSON form is what [`docs/audit/report.schema.json`] describes; field names and words are part of that format,
//! and [`VERSION`] changes with any change that a reader of the last one would trip over.
//!
//! [`docs/audit/report.schema.json`]: https://github.com/handstamp/handstamp/blob/main/docs/audit/report.schema.json

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::{Fact, Plot, Profile, Severity, Verdict};

/// What the field `format` of a report says.
pub const FORMAT: &str = "handstamp-audit-report";
/// The version of the format.
pub const VERSION: u32 = 1;

/// A run that is over, as every format shows it. Secrets are masked when it is made, so no format can show one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What made it.
    pub tool: Tool,
    /// The root of the application.
    pub target: String,
    /// The recipe.
    pub recipe: RecipeFile,
    /// How much was asked.
    pub profile: Profile,
    /// Whether passwords and the like could be changed and put back.
    pub allows_destructive: bool,
    /// Where every choice that looks random began.
    pub seed: u64,
    /// When the run began (RFC 3339).
    pub began: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Requests that it sent.
    pub requests: Requests,
    /// Whether anything could be asked.
    pub gate: GateState,
    /// What signs in.
    pub credentials: Inventory,
    /// How many checks came to what.
    pub summary: Summary,
    /// Every check of the catalogue with what came of it, by group and id.
    pub checks: Vec<CheckEntry>,
    /// The requirements, row by row.
    pub standards: Coverage,
    /// What became of the sessions that the run made.
    pub sessions: SessionCount,
    /// The exchanges that checks refer to, by their numbers, in order.
    pub exchanges: Vec<ExchangeEntry>,
}

/// What made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The recipe of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecipeFile {
    /// Where it was read from, as it was named.
    pub path: String,
    /// SHA-256 of its text, in hex.
    pub sha256: String,
}

/// Requests of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Requests {
    /// How many were sent, clean-up too.
    pub used: u64,
    /// How many there could have been.
    pub allowed: u64,
}

/// Whether anything could be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GateState {
    /// Whether signed in could be told from not signed in.
    pub is_open: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<crate::check::Reason>,
}

/// What signs in: `cookie sid`, `header authorization`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Inventory {
    /// Every minimal set, the smallest first.
    pub sets: Vec<Vec<String>>,
    /// What login gives and makes no difference.
    pub others: Vec<String>,
}

/// How many checks came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The flaw was looked for and not found.
    pub pass: u32,
    /// The flaw was seen.
    pub fail: u32,
    /// It differs from policy, or a second line of defence is missing.
    pub warn: u32,
    /// It was asked and not answered.
    pub inconclusive: u32,
    /// It was not asked.
    pub not_applicable: u32,
    /// The auditor failed.
    pub error: u32,
    /// The worst of all findings.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub worst: Option<Severity>,
}

/// A check with what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckEntry {
    /// Its id.
    pub id: String,
    /// The code of its group, such as `END`.
    pub group: String,
    /// What holds where it passes.
    pub title: String,
    /// The verdict, with a severity or a reason where it has one.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How much a failure matters at most.
    pub at_most: Severity,
    /// What was measured, in one line.
    pub headline: String,
    /// What more was seen, in order.
    pub facts: Vec<Fact>,
    /// The numbers of the exchanges that show it.
    pub evidence: Vec<u32>,
    /// How many exchanges more there were.
    pub evidence_left_out: u32,
    /// What was measured, to be drawn.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub plots: Vec<Plot>,
    /// Requirements of ASVS 5.0.
    pub asvs: Vec<String>,
    /// Tests of the WSTG, without `WSTG-`.
    pub wstg: Vec<String>,
    /// Numbers of the CWE.
    pub cwe: Vec<u16>,
    /// What is done, and what is a failure.
    pub explanation: String,
    /// What to change where it fails.
    pub remedy: String,
    /// The step of the recipe that it is about, and the line on which that begins.
    pub step: StepPlace,
    /// Stays the same from run to run as long as it is the same flaw: the check, the step, the carriers.
    pub fingerprint: String,
    /// Requests that it sent.
    pub requests: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What to write or to say so that it runs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unlocked_by: Option<String>,
}

/// A step of the recipe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepPlace {
    /// Its name.
    pub name: String,
    /// The line of the recipe on which it begins; 1 where the recipe has none.
    pub line: usize,
}

/// The requirements, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Coverage {
    /// ASVS 5.0: all of V7, and what else a check answers.
    pub asvs: Vec<Row>,
    /// WSTG: the session tests.
    pub wstg: Vec<Row>,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Row {
    /// Its number, such as `7.4.1` or `SESS-06`.
    pub id: String,
    /// What it is about, in a few words of ours.
    pub about: String,
    /// Whether it is met.
    pub standing: Standing,
    /// What shows it, or why it was not tested.
    pub why: String,
    /// The checks that answer it, with the words of their verdicts.
    pub checks: BTreeMap<String, String>,
}

/// Whether a requirement is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Standing {
    /// Every check that answers it passed.
    Met,
    /// Some of its checks passed and no check failed; the rest warned, was not asked, or had no answer.
    PartlyMet,
    /// A check failed.
    NotMet,
    /// No check came to an answer.
    NotTested,
}

impl Standing {
    /// The words that reports use.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::PartlyMet => "partly met",
            Self::NotMet => "not met",
            Self::NotTested => "not tested",
        }
    }
}

/// What became of the sessions that a run made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionCount {
    /// Sessions that are over.
    pub ended: u32,
    /// Sessions that may still live.
    pub left: u32,
}

/// A request and what came back, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExchangeEntry {
    /// Its number within the run.
    pub id: u32,
    /// What it was for.
    pub purpose: String,
    /// Scheme, host and port.
    pub origin: String,
    /// Which connection it went over.
    pub connection: u32,
    /// When it was sent, in milliseconds by the auditor's clock.
    pub sent_ms: u64,
    /// How long the answer took, in milliseconds.
    pub took_ms: u64,
    /// What was sent.
    pub request: RequestEntry,
    /// What came back.
    pub response: ResponseEntry,
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RequestEntry {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers that the auditor chose, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: BodyText,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResponseEntry {
    /// The status.
    pub status: u16,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: BodyText,
}

/// A body, or its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BodyText {
    /// The text.
    pub text: String,
    /// How many bytes the body had.
    pub bytes: u64,
    /// Whether it is not all of the body.
    pub is_cut: bool,
}
