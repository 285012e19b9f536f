//! The steps that are one or a few calls of cargo.
//!
//! All of them ask for the same features of the whole workspace where they can,
//! so that dependencies are compiled once.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::targets::AXUM_LOGIN;
use crate::{
    process::{output, run},
    repository::Repository,
};

/// The crate whose features applications choose from.
const LIBRARY: &str = "handstamp";

/// The workspace of the comparisons with peers.
const BENCH: &str = "bench/Cargo.toml";

pub(super) fn format(repository: &Repository) -> Result<()> {
    run(&mut repository.cargo(&["fmt", "--all", "--check"]))?;
    run(&mut repository.cargo(&["fmt", "--all", "--check", "--manifest-path", BENCH]))?;
    run(&mut repository.cargo(&["fmt", "--all", "--check", "--manifest-path", AXUM_LOGIN]))
}

pub(super) fn lints(repository: &Repository) -> Result<()> {
    let clippy = ["clippy", "--workspace", "--all-targets", "--all-features"];
    run(&mut repository.cargo(&clippy))?;
    // Not among all targets, for `cargo test` alone is not to run it.
    run(&mut repository.cargo(&["clippy", "--workspace", "--all-features", "--test", "targets"]))?;
    for apart in [BENCH, AXUM_LOGIN] {
        let mut command = repository.cargo(&clippy);
        run(command.args(["--manifest-path", apart, "--target-dir"]).arg(repository.target()))?;
    }
    Ok(())
}

/// No feature, each alone, and all: each must build by itself, for features only add.
pub(super) fn features(repository: &Repository) -> Result<()> {
    let check = ["check", "--package", LIBRARY, "--no-default-features"];
    run(&mut repository.cargo(&check))?;
    for feature in library_features(repository)? {
        run(repository.cargo(&check).args(["--features", &feature]))?;
    }
    run(&mut repository.cargo(&["check", "--package", LIBRARY, "--all-features"]))
}

pub(super) fn tests(repository: &Repository, rounds: &str, long: bool) -> Result<()> {
    println!("rounds of each race: {rounds} (HANDSTAMP_ROUNDS)");
    run(repository
        .cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"])
        .env("HANDSTAMP_ROUNDS", rounds))?;
    measuring(repository, long)?;
    if long { interleavings(repository) } else { Ok(()) }
}

/// The programs that measure, and the measured side that is ours. The peers' own tests take minutes to build.
fn measuring(repository: &Repository, long: bool) -> Result<()> {
    let mut command = repository.cargo(&["test", "--locked", "--no-fail-fast", "--manifest-path", BENCH]);
    command.arg("--target-dir").arg(repository.target());
    if long {
        command.arg("--workspace");
    } else {
        command
            .args(["compare", "report", "results", "peer-handstamp"].map(|name| format!("--package={name}")));
    }
    run(&mut command)
}

/// Searches the orders in which requests can meet, with shuttle in the place of the standard locks. Has
/// a build directory of its own: its flag would make everything else compile anew.
fn interleavings(repository: &Repository) -> Result<()> {
    run(repository
        .cargo(&["test", "--package", LIBRARY, "--lib", "--target-dir"])
        .arg(repository.target().join("shuttle"))
        .arg("interleav")
        .env("RUSTFLAGS", "--cfg shuttle"))
}

pub(super) fn docs(repository: &Repository) -> Result<()> {
    run(repository
        .cargo(&["doc", "--workspace", "--no-deps", "--all-features"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

/// Fails if Handstamp's row of the table is not the promised one.
pub(super) fn race_table(repository: &Repository) -> Result<()> {
    run(repository
        .cargo(&["run", "--quiet", "--locked", "--package", "race-table", "--manifest-path", BENCH])
        .arg("--target-dir")
        .arg(repository.target()))
}

fn library_features(repository: &Repository) -> Result<Vec<String>> {
    let text = output(&mut repository.cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let features = metadata["packages"]
        .as_array()
        .and_then(|packages| packages.iter().find(|package| package["name"] == LIBRARY))
        .and_then(|package| package["features"].as_object())
        .context("cargo metadata names no features of the library")?;
    Ok(features.keys().filter(|name| *name != "default").cloned().collect())
}
