//! The vulnerable application as a program, to try the auditor on.

use std::process::ExitCode;

use clap::Parser;
use handstamp_audit_target::{Benign, Flaw, Options, recipe};

/// A deliberately vulnerable application for the auditor's tests. Listens on this machine only.
#[derive(Parser)]
struct CommandLine {
    /// Switch a flaw on; may be given several times
    #[arg(long)]
    flaw: Vec<Flaw>,
    /// Switch a legal and unusual behaviour on; may be given several times
    #[arg(long)]
    benign: Vec<Benign>,
    /// Where to listen; 0 takes a free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where its tokens begin
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print every switch and end
    #[arg(long)]
    list_flaws: bool,
    /// Print the recipe beside the address
    #[arg(long)]
    print_recipe: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let line = CommandLine::parse();
    if line.list_flaws {
        for flaw in Flaw::ALL {
            println!("{:<26}{:<11}{}", flaw.name(), flaw.check_id(), flaw.does());
        }
        for benign in Benign::ALL {
            println!("{:<26}{:<11}{}", benign.name(), "benign", benign.does());
        }
        return ExitCode::SUCCESS;
    }
    let options = Options::new().port(line.port).seed(line.seed);
    let options = line.flaw.into_iter().fold(options, Options::flaw);
    let options = line.benign.into_iter().fold(options, Options::benign);
    let running = match options.start().await {
        Ok(running) => running,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", running.address());
    if line.print_recipe {
        println!("{}", recipe(&running.address()));
    }
    let _ = tokio::signal::ctrl_c().await;
    ExitCode::SUCCESS
}
