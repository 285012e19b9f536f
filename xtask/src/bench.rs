//! `cargo xtask bench`: the measurements in `docs/benchmarks.md`, each with one command.
//!
//! Not a step of the test: they take minutes and want a quiet machine.

use std::process::ExitCode;

use anyhow::Result;

use crate::{process, repository::Repository};

/// What may be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Measurement {
    /// The embedded store and the near cache beside a thousand and a million live sessions
    Scale,
    /// Durable sign-ins per second, beside a control without the engine
    SignIns,
}

impl Measurement {
    fn name(self) -> &'static str {
        match self {
            Self::Scale => "scale",
            Self::SignIns => "sign-ins",
        }
    }
}

/// Builds the programs with optimisation and runs one. Stores lie in the build directory: a temporary
/// folder may be in memory, where a sync costs nothing.
pub(crate) fn run(repository: &Repository, measurement: Measurement, options: &[String]) -> Result<ExitCode> {
    let build = ["run", "--quiet", "--release", "--locked", "--manifest-path", "bench/Cargo.toml"];
    process::run(
        repository
            .cargo(&build)
            .args(["--package", "scale", "--target-dir"])
            .arg(repository.target())
            .arg("--")
            .arg(measurement.name())
            .arg("--folder")
            .arg(repository.target().join("bench-state"))
            .args(options),
    )?;
    Ok(ExitCode::SUCCESS)
}
