//! Measures the embedded store and the near cache.
//!
//! Prints Markdown, and writes the figures as JSON for the report. Ratios are of medians of rounds that take turns within one run, so that a busy
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
use results::{Measured, said};
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
    /// Writes the figures into this file as well
    #[arg(long, global = true)]
    json: Option<PathBuf>,
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
    MemoryChild { store: PathBuf, cache: usize },
    /// Started by `scale`: signs people in until it is killed
    #[command(hide = true)]
    OpeningChild { store: PathBuf },
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let command_line = CommandLine::parse();
    let parent = command_line.folder.unwrap_or_else(std::env::temp_dir);
    let (measured, kept) = match command_line.what {
        What::MemoryChild { store, cache } => {
            scale::memory_child(&store, cache).await?;
            return Ok(ExitCode::SUCCESS);
        }
        What::OpeningChild { store } => {
            scale::opening_child(&store).await?;
            return Ok(ExitCode::SUCCESS);
        }
        What::SignIns(options) => {
            let (mut measured, stores) = prepared("sign-ins", &parent)?;
            let kept = sign_ins::run(stores.path(), &options, &mut measured).await?;
            (measured, kept)
        }
        What::Scale(options) => {
            let (mut measured, stores) = prepared("scale", &parent)?;
            let kept = scale::run(stores.path(), &options, &mut measured).await?;
            (measured, kept)
        }
    };
    if let Some(file) = command_line.json {
        measured.write(&file)?;
    }
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is about to be measured, and a folder for the stores of this run, removed at its end.
fn prepared(measurement: &str, parent: &Path) -> Result<(Measured, TempDir)> {
    std::fs::create_dir_all(parent)?;
    let mut measured = Measured::here(measurement).with_versions(&["handstamp", "redb"]);
    let file_system = said("findmnt", &["-no", "FSTYPE", "-T", &parent.to_string_lossy()]);
    measured.machine.extend(file_system.map(|name| ("file system".to_owned(), name)));
    for (name, value) in measured.machine.iter().chain(&measured.versions) {
        println!("{name}: {value}");
    }
    Ok((measured, tempfile::Builder::new().prefix("handstamp-bench-").tempdir_in(parent)?))
}
