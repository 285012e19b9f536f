//! Measures the embedded store and the near cache.
//!
//! Prints Markdown. Ratios are of medians of rounds that take turns within one run, so that a busy
//! machine slows both sides down.

mod measure;
mod population;
mod report;
mod scale;
mod sign_ins;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Parser, Subcommand};
use tempfile::TempDir;

#[derive(Parser)]
#[command(
    about = "Measures the embedded store and the near cache",
    after_help = "Exit code: 0 if every bound is kept, 1 if one is missed."
)]
struct CommandLine {
    /// Where the stores are made; on the disk that is to be measured
    #[arg(long, global = true)]
    folder: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Durable sign-ins per second, beside a control without the engine
    SignIns(sign_ins::Options),
    /// Verdicts, lists, memory, sweep and opening beside a thousand and a million live sessions
    Scale(scale::Options),
    /// Started by `scale`: fills a near cache
    #[command(hide = true)]
    MemoryChild { store: PathBuf },
    /// Started by `scale`: signs people in until it is killed
    #[command(hide = true)]
    OpeningChild { store: PathBuf },
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let command_line = CommandLine::parse();
    let parent = command_line.folder.unwrap_or_else(std::env::temp_dir);
    let kept = match command_line.what {
        What::MemoryChild { store } => scale::memory_child(&store).await.map(|()| true)?,
        What::OpeningChild { store } => scale::opening_child(&store).await.map(|()| true)?,
        What::SignIns(options) => sign_ins::run(stores(&parent)?.path(), &options).await?,
        What::Scale(options) => scale::run(stores(&parent)?.path(), &options).await?,
    };
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A folder for the stores of this run, removed at its end.
fn stores(parent: &Path) -> Result<TempDir> {
    println!("{}\n", report::circumstances());
    std::fs::create_dir_all(parent)?;
    Ok(tempfile::Builder::new().prefix("handstamp-bench-").tempdir_in(parent)?)
}
