//! `cargo xtask bench`: the measurements in `docs/benchmarks.md`, all of them with one command.
//!
//! Not a step of the test: they take most of an hour and want a quiet machine. Everything is built before
//! anything is measured, because a compiler beside a measurement spoils it.

mod build;
mod part;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use self::{build::Built, part::Part};
use crate::{process, repository::Repository, tools};

/// What may be said to `cargo xtask bench`.
#[derive(clap::Args)]
#[command(after_help = "\
Minutes to expect on two cores, after a first build of about ten:
  in-process   4   six cases on 10 sides, 9 rounds of 20,000 requests each, and 2 rounds under callgrind
  loopback    19   10 servers, 6 loads of 2 seconds on each, 7 rounds
  scale        4   1,000, 100,000 and 1,000,000 sessions, 9 rounds; 3 GB of disk, 3 GB of memory
  sign-ins     1   1, 64 and 512 clients, 9 rounds
  report       0   writes docs/benchmarks.md and its plots from the figures in target/bench

Examples:
  cargo xtask bench --install              on a new machine: install what is missing, then measure all
  cargo xtask bench --quick                does it all work? Writes nothing into docs
  cargo xtask bench in-process report      one part, then the page from it and what was measured before
  cargo xtask bench in-process -- --sides axum,handstamp --cases ignores
  cargo xtask bench scale -- --help        the options of a part

A side that cannot be built or started is named with the reason, and the others go on. A goal that is missed
is told, and is no failure of the measurement. Nothing leaves this machine but the download of packages.")]
pub(crate) struct BenchOptions {
    /// What to measure; all if nothing is named
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Install the programs that are missing (as root on Debian)
    #[arg(long)]
    install: bool,
    /// Rounds of each part, instead of its own number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// One short round of small sizes, to see that all works: about four minutes, and figures that say nothing
    #[arg(long)]
    quick: bool,
    /// Options of the one part that is named; `--help` lists them
    #[arg(last = true)]
    options: Vec<String>,
}

/// Where a run reads and writes.
struct Places {
    /// The built programs.
    programs: PathBuf,
    /// The sides on Node, with their packages.
    node: PathBuf,
    /// The figures.
    results: PathBuf,
    /// The stores of `scale` and `sign-ins`: beside the rest, for a temporary folder may be in memory,
    /// where a sync costs nothing.
    stores: PathBuf,
    /// What the report writes into.
    docs: PathBuf,
}

/// How one part went.
enum Outcome {
    Measured,
    /// Measured, and not as good as was promised.
    Missed,
    Failed,
}

/// Builds, measures, reports; success only if each part was measured.
pub(crate) fn run(repository: &Repository, options: &BenchOptions) -> Result<ExitCode> {
    let parts = if options.parts.is_empty() { Part::ALL.to_vec() } else { options.parts.clone() };
    ensure!(
        options.options.is_empty() || parts.len() == 1,
        "options behind `--` belong to one part; name that part alone"
    );
    let mut needed: Vec<_> = parts.iter().flat_map(|part| part.needs()).copied().collect();
    needed.sort();
    needed.dedup();
    tools::provide(&needed, options.install, "cargo xtask bench")?;

    let places = places(repository, options.quick);
    let built = build::all(repository, &parts, &places.node)?;
    let mut outcomes = Vec::new();
    for &part in &parts {
        println!("\n== {}: {}", part.name(), part.purpose());
        let start = Instant::now();
        let outcome = attempt(part, options, &places, &built);
        outcomes.push((part, outcome, start.elapsed()));
    }
    Ok(close(&outcomes, &places.results))
}

fn places(repository: &Repository, quick: bool) -> Places {
    let target = repository.target();
    let bench = target.join("bench");
    let results = if quick { bench.join("quick") } else { bench.clone() };
    Places {
        programs: target.join("release"),
        node: bench.join("node"),
        stores: target.join("bench-state"),
        docs: if quick { results.join("docs") } else { repository.root().join("docs") },
        results,
    }
}

fn attempt(part: Part, options: &BenchOptions, places: &Places, built: &Built) -> Outcome {
    let file = places.results.join(format!("{}.json", part.name()));
    // Figures of an earlier run are not to be taken for those of this one.
    let aside = file.with_extension("json.old");
    let outcome = rename(&file, &aside).and_then(|()| {
        let mut command = part.command(places, &file, built);
        command.args(part.size(options.rounds, options.quick)).args(&options.options);
        process::run(&mut command)
    });
    match outcome {
        // Asked for help, it measures nothing.
        Ok(()) if !file.is_file() => rename(&aside, &file).map_or(Outcome::Failed, |()| Outcome::Measured),
        Ok(()) => Outcome::Measured,
        Err(error) => {
            println!("{}: {error:#}", part.name());
            // The programs write their figures down before they fail for a goal.
            if file.is_file() { Outcome::Missed } else { Outcome::Failed }
        }
    }
}

/// Renames a file if it is there.
fn rename(from: &Path, to: &Path) -> Result<()> {
    if from.is_file() {
        fs::rename(from, to).with_context(|| format!("{} cannot be set aside", from.display()))?;
    }
    Ok(())
}

fn close(outcomes: &[(Part, Outcome, Duration)], results: &Path) -> ExitCode {
    println!("\n{:<14}{:>9}", "part", "minutes");
    let mut failed = 0;
    for (part, outcome, time) in outcomes {
        let word = match outcome {
            Outcome::Measured => "",
            Outcome::Missed => "  measured, and misses a goal",
            Outcome::Failed => "  failed",
        };
        failed += usize::from(matches!(outcome, Outcome::Failed));
        println!("{:<14}{:>9.1}{word}", part.name(), time.as_secs_f64() / 60.0);
    }
    println!("\nfigures: {}", results.display());
    if !outcomes.iter().any(|(part, ..)| *part == Part::Report) {
        println!("`cargo xtask bench report` writes them into docs/benchmarks.md");
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
