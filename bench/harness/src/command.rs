//! The command line of every side.

use std::net::TcpListener;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

use crate::{Case, Side, in_process};

#[derive(Parser)]
#[command(about = "One measured side; `cargo xtask bench` runs it.")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Serves the routes on a free port of 127.0.0.1, until standard input ends
    Serve {
        /// Threads that answer
        #[arg(long, default_value_t = 1)]
        workers: usize,
        /// A variant of this side
        #[arg(long)]
        variant: Option<String>,
    },
    /// Sends requests through the stack without sockets and prints their cost as one line of JSON
    InProcess {
        /// What they do
        #[arg(long)]
        case: Case,
        /// How many are measured
        #[arg(long, default_value_t = 20_000)]
        requests: usize,
        /// A variant of this side
        #[arg(long)]
        variant: Option<String>,
    },
}

/// Runs a side's program.
pub fn main<S: Side>() -> Result<()> {
    let verb = Arguments::parse().verb;
    let (Verb::Serve { variant, .. } | Verb::InProcess { variant, .. }) = &verb;
    if let Some(variant) = variant
        && !S::VARIANTS.contains(&variant.as_str())
    {
        bail!("no variant {variant:?}; there are: {}", S::VARIANTS.join(", "));
    }
    match &verb {
        Verb::Serve { workers, variant } => {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            println!("listening on http://{}", listener.local_addr()?);
            S::serve(listener, (*workers).max(1), variant.as_deref())
        }
        Verb::InProcess { case, requests, variant } => {
            let cost = in_process::measure::<S>(*case, *requests, variant.as_deref())?;
            println!("{}", serde_json::to_string(&cost)?);
            Ok(())
        }
    }
}
