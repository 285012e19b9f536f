//! Runs the built sides in turns and writes down what they cost. `cargo xtask bench` builds them, calls this,
//! and says which could not be built.

mod contest;
mod cores;
mod in_process;
mod loopback;
mod progress;
mod sides;
mod table;
mod versions;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use results::{Measured, Missing};

use crate::sides::Programs;

#[derive(Parser)]
#[command(
    about = "Measures the built sides in turns",
    after_help = "Called by `cargo xtask bench`, which builds the sides first."
)]
struct Arguments {
    /// The folder of the built Rust programs
    #[arg(long, global = true, default_value = "target/release")]
    programs: PathBuf,
    /// The folder with one folder for each side on Node, packages installed
    #[arg(long, global = true, default_value = "bench/peers")]
    node: PathBuf,
    /// The file of results
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    /// Only these sides
    #[arg(long, global = true, value_delimiter = ',')]
    sides: Vec<String>,
    /// A side that is not there, with the reason, as `SIDE=WHY`
    #[arg(long, global = true, value_parser = missing)]
    missing: Vec<Missing>,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Nanoseconds, allocations and instructions of the six cases, without sockets
    InProcess(in_process::Options),
    /// Requests per second and the server's CPU time for each, over loopback
    Loopback(loopback::Options),
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let Arguments { programs, node, json, sides, missing, what } = arguments;
    let programs = Programs { rust: programs, node };
    let sides = sides::named(&sides)?;
    let name = match what {
        What::InProcess(_) => "in-process",
        What::Loopback(_) => "loopback",
    };
    let json = json.unwrap_or_else(|| PathBuf::from(format!("target/bench/{name}.json")));
    let measured = Measured { missing, ..Measured::here(name) };
    let measured = match what {
        What::InProcess(options) => in_process::run(&options, &programs, measured, sides),
        What::Loopback(options) => {
            let parent = json.parent().unwrap_or(Path::new("."));
            loopback::run(&options, &programs, measured, sides, parent)?
        }
    };
    println!("{}", table::of(&measured));
    measured.write(&json)?;
    println!("written: {}", json.display());
    if measured.rows.is_empty() {
        bail!("not one side could be measured");
    }
    Ok(ExitCode::SUCCESS)
}

fn missing(text: &str) -> Result<Missing> {
    let (side, why) = text.split_once('=').context("expected SIDE=WHY")?;
    Ok(Missing { side: side.to_owned(), why: why.to_owned() })
}
