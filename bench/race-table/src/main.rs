//! Puts the same races to session libraries over real HTTP and prints what became of each.
//!
//! A logged-out session that comes back to life is the commonest fault of session libraries, and
//! one that no unit test of a handler shows. Each library here serves the same small application;
//! one driver asks the same questions of all, ordered by gates instead of sleeps.

mod client;
mod contender;
mod gate;
mod questions;
mod report;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

#[derive(Parser)]
#[command(
    about = "Puts the same races to session libraries over HTTP",
    after_help = "Exit code: 0 if Handstamp holds, 1 if it does not, 2 if it is missing from this build."
)]
struct CommandLine {
    /// Print the answers as JSON instead of a table
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let command_line = CommandLine::parse();
    let mut rows = Vec::new();
    for contender in contender::peers() {
        rows.push(questions::put_to(contender.as_ref()).await?);
    }
    let own = match contender::handstamp::contender() {
        Some(contender) => Some(questions::put_to(contender.as_ref()).await?),
        None => None,
    };
    let holds = own.as_ref().map(report::holds);
    rows.extend(own);

    if command_line.json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        print!("{}", report::table(&rows));
    }
    Ok(match holds {
        Some(true) => ExitCode::SUCCESS,
        Some(false) => {
            eprintln!("Handstamp does not hold: see its row");
            ExitCode::from(1)
        }
        None => {
            eprintln!("Handstamp is missing from this build: its application is not written yet");
            ExitCode::from(2)
        }
    })
}
