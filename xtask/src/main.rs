//! The project's own tasks, so that a developer and CI type the same words.
//!
//! `cargo xtask test` is everything that has to hold before a change lands.
//! `cargo xtask --help` lists the rest.

mod bench;
mod demo;
mod deny;
mod process;
mod repository;
mod runner;
mod steps;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{bench::Measurement, repository::Repository, runner::TestOptions};

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
    /// Measure, and print the tables of docs/benchmarks.md (takes minutes)
    Bench {
        /// What to measure
        #[arg(value_enum)]
        measurement: Measurement,
        /// Options of the measurement, such as `--rounds 3`; `--help` lists them
        #[arg(last = true)]
        options: Vec<String>,
    },
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
        Task::Bench { measurement, options } => bench::run(&repository, measurement, &options),
        Task::Pictures => steps::browser::pictures(&repository).map(|()| ExitCode::SUCCESS),
    }
}
