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

use crate::sides::{Programs, Side};

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
    /// A program that could not be built, with the reason, as `PROGRAM=WHY`
    #[arg(long, global = true, value_parser = unbuilt)]
    unbuilt: Vec<(String, String)>,
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
    let Arguments { programs, node, json, sides, unbuilt, what } = arguments;
    let programs = Programs { rust: programs, node };
    let sides = sides::named(&sides)?;
    let name = match what {
        What::InProcess(_) => "in-process",
        What::Loopback(_) => "loopback",
    };
    let json = json.unwrap_or_else(|| PathBuf::from(format!("target/bench/{name}.json")));
    let measured = Measured { missing: missing(&sides, &unbuilt), ..Measured::here(name) };
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

fn unbuilt(text: &str) -> Result<(String, String)> {
    let (program, why) = text.split_once('=').context("expected PROGRAM=WHY")?;
    Ok((program.to_owned(), why.to_owned()))
}

/// The sides that cannot run because their program was not built.
fn missing(sides: &[Side], unbuilt: &[(String, String)]) -> Vec<Missing> {
    let why = |side: &Side| unbuilt.iter().find(|(program, _)| program == side.program()).map(|(_, why)| why);
    let missing = sides.iter().filter_map(|side| Some((side.name.to_owned(), why(side)?.to_owned())));
    missing.map(|(side, why)| Missing { side, why }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_not_built_is_missing_on_all_its_sides() {
        let unbuilt = unbuilt("peer-actix-session=error[E0308]: a = b").unwrap();
        let missing = missing(&sides::ALL, &[unbuilt]);
        let names: Vec<_> = missing.iter().map(|missing| missing.side.as_str()).collect();
        assert_eq!(names, ["actix-session", "actix-session-signed"]);
        assert_eq!(missing[0].why, "error[E0308]: a = b");
    }
}
