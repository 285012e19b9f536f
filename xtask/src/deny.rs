//! `cargo xtask deny`: what the dependency tree may hold, checked by cargo-deny.
//!
//! Not a step of the test: it compiles a large program once and needs nothing of this change.

use std::process::{Command, ExitCode};

use anyhow::{Result, ensure};

use crate::{process, repository::Repository};

const INSTALL: [&str; 3] = ["install", "cargo-deny", "--locked"];

/// Checks bans, licences and sources after `deny.toml`, here and in `bench`.
pub(crate) fn run(repository: &Repository, install: bool) -> Result<ExitCode> {
    if !process::succeeds("cargo-deny", &["--version"]) {
        ensure!(
            install,
            "cargo-deny is missing: run `cargo {}`, or this command with --install",
            INSTALL.join(" ")
        );
        process::run(&mut repository.cargo(&INSTALL))?;
    }
    for manifest in ["Cargo.toml", "bench/Cargo.toml"] {
        process::run(
            Command::new("cargo-deny")
                .args(["--manifest-path", manifest, "--all-features", "--config", "deny.toml", "check"])
                .args(["bans", "licenses", "sources"])
                .current_dir(repository.root()),
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
