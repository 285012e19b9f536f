//! `cargo xtask matrix`: which check sees which flaw, as a table in the documentation.
//!
//! The tests hold each flaw against its own group and the quick profile; this is the whole of it, with more seeds.

use anyhow::Result;

use crate::{process, repository::Repository};

const RUN: [&str; 9] = [
    "run",
    "--quiet",
    "--locked",
    "--package",
    "handstamp-audit",
    "--example",
    "matrix",
    "--",
    "docs/audit/matrix.md",
];

/// Writes the table; an error where a flaw is missed or wrongly found.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    process::run(&mut repository.cargo(&RUN))
}
