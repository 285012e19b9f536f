//! The project's own tasks, so that a developer and CI type the same words.
//!
//! `cargo xtask test` is everything that has to hold before a change lands.
//! `cargo xtask --help` lists the rest.

mod bench;
mod demo;
mod deny;
mod matrix;
mod npm;
mod process;
mod python;
mod repository;
mod runner;
mod steps;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{bench::BenchOptions, repository::Repository, runner::TestOptions};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The project's own tasks",
    after_help = "Start with `cargo xtask test --install` on a new machine, and with `cargo xtask test` from then on."
)]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run everything that has to hold before a change lands
    Test(TestOptions),
    /// Check licences, sources and banned crates of the dependency tree with cargo-deny
    Deny {
        /// Install cargo-deny from crates.io where it is missing (takes minutes)
        #[arg(long)]
        install: bool,
    },
    /// Measure beside peers and write docs/benchmarks.md (takes most of an hour)
    Bench(BenchOptions),
    /// Hold every flaw of the vulnerable target against every check and write docs/audit/matrix.md (takes minutes)
    Matrix,
    /// Take the pictures in docs/pictures anew, from the running demo
    Pictures,
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    match run(command_line.task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    let repository = Repository::find()?;
    match task {
        Task::Test(options) => Ok(runner::run(&repository, &options)),
        Task::Deny { install } => deny::run(&repository, install),
        Task::Bench(options) => bench::run(&repository, &options),
        Task::Matrix => matrix::run(&repository).map(|()| ExitCode::SUCCESS),
        Task::Pictures => steps::browser::pictures(&repository).map(|()| ExitCode::SUCCESS),
    }
}
