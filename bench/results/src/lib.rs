//! What was measured, as the measuring programs write it down and the report reads it.
//!
//! A package without the harness, because the harness counts allocations, and a program that links it pays
//! for the counting.

mod machine;
mod statistics;
pub mod work;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

pub use self::{
    machine::{locked_version, said},
    statistics::{Spread, differences, ratios},
};

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

impl Measured {
    /// A measurement on this machine, today, without figures yet.
    pub fn here(measurement: &str) -> Self {
        Self {
            measurement: measurement.to_owned(),
            date: said("date", &["-u", "+%F"]).unwrap_or_default(),
            machine: machine::facts(),
            versions: said("rustc", &["--version"])
                .and_then(|text| Some(("rustc".to_owned(), text.split_whitespace().nth(1)?.to_owned())))
                .into_iter()
                .collect(),
            ..Self::default()
        }
    }

    /// Adds a figure.
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds the versions that the lock file of these measurements names.
    #[must_use]
    pub fn with_versions(mut self, packages: &[&str]) -> Self {
        let found =
            packages.iter().filter_map(|&name| Some((name.to_owned(), locked_version(name)?.to_owned())));
        self.versions.extend(found);
        self
    }

    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} holds no measurement", file.display()))
    }

    /// Writes a file, and the folder that it is to be in.
    pub fn write(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
    }
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
