//! What was measured, as the measuring programs write it down and the report reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One measurement, whole: a file of JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Which measurement: `in-process`, `loopback`, `scale`, `sign-ins`.
    pub measurement: String,
    /// The day, as `2026-11-23`.
    pub date: String,
    /// What it ran on, by name: processor, cores, memory, kernel, file system.
    pub machine: BTreeMap<String, String>,
    /// Versions of the sides and of the programs that took part.
    pub versions: BTreeMap<String, String>,
    /// Sides that could not be measured.
    pub missing: Vec<Missing>,
    /// The figures.
    pub rows: Vec<Row>,
}

/// A side that could not be measured, named with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// The side.
    pub side: String,
    /// Why.
    pub why: String,
}

/// One figure of one side, once for each round. Rounds of all sides are interleaved: what stands at the same
/// place was measured one after the other, so ratios are taken place by place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The side, such as `tower-sessions`.
    pub side: String,
    /// The side without sessions that it is compared with; none for a control.
    pub control: Option<String>,
    /// What is done: a case, a route, an operation.
    pub work: String,
    /// Under which circumstances, such as `pinned, 64 connections` or `1000000`.
    pub setting: String,
    /// What is counted.
    pub unit: Unit,
    /// One figure a round.
    pub rounds: Vec<f64>,
}

/// What is counted, for one request or operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Instructions, by callgrind.
    Instructions,
    /// Allocations.
    Allocations,
    /// Bytes: allocated, or held for each session.
    Bytes,
    /// Requests or operations in a second.
    PerSecond,
    /// Microseconds of the server's processor time.
    CpuMicroseconds,
    /// Milliseconds.
    Milliseconds,
}
