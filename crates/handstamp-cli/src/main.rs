//! `handstamp`: the one binary.

mod audit;
mod keys;
mod policy;
mod store;

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use handstamp_demo::{DemoOptions, State};
use tracing_subscriber::EnvFilter;

/// Session management for the web: try it, make keys for it, see what a policy means.
#[derive(Parser)]
#[command(name = "handstamp", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  handstamp demo                  a small shop on http://localhost:8080
  handstamp demo --tls            the same on https, with a certificate of its own
  handstamp demo --state DIR      the same, keeping its sessions and accounts in DIR
  handstamp keys new              a realm key, for a secret manager or a file
  handstamp policy aal2           a preset, and how it differs from NIST 800-63B-4
  handstamp store info state      what the session store in the folder `state` holds
  handstamp audit list-checks     what is asked of an application's sessions

Logs go to standard error; set RUST_LOG, such as RUST_LOG=handstamp=debug, to see more.";

#[derive(Subcommand)]
enum Command {
    /// Run a small shop that keeps its sessions with Handstamp.
    ///
    /// Sessions and accounts are kept in a folder, which is printed at start, so that whoever is signed in
    /// still is after a restart. Listens on this machine only.
    Demo(DemoArguments),
    /// Make realm keys.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Print a preset and every deviation from the levels of NIST 800-63B-4.
    Policy(policy::PolicyArguments),
    /// Look after an embedded store while no program uses it.
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Test the session management of any web application from outside.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
}

#[derive(Args)]
struct DemoArguments {
    /// Where to listen; 0 takes a free port, and the address printed says which.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Serve https with a certificate made at start. Browsers will warn of it.
    #[arg(long)]
    tls: bool,
    /// Keep sessions and accounts in this folder, made where it is not there.
    ///
    /// Without it: `handstamp-demo` in `$XDG_STATE_HOME`, or in `.local/state` below the home folder.
    #[arg(long, value_name = "DIR", conflicts_with = "memory")]
    state: Option<PathBuf>,
    /// Keep nothing: all of it ends with the process.
    #[arg(long)]
    memory: bool,
    /// Let anybody on this machine move the demo's time by `POST /test-clock?seconds=N`. For tests, with a
    /// folder of their own or none.
    #[arg(long)]
    test_clock: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match CommandLine::parse().command {
        Command::Demo(arguments) => demo(arguments).await,
        Command::Keys(command) => keys::run(&command),
        Command::Policy(arguments) => policy::run(&arguments),
        Command::Store(command) => store::run(command).await,
        Command::Audit(command) => audit::run(command).await,
    }
}

async fn demo(arguments: DemoArguments) -> ExitCode {
    let DemoArguments { port, tls, state, memory, test_clock } = arguments;
    let state = match state {
        Some(folder) => State::Folder(folder),
        None if memory => State::Memory,
        None => State::OfThisUser,
    };
    let options = DemoOptions::new().port(port).tls(tls).test_clock(test_clock).state(state);
    match handstamp_demo::run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("handstamp demo: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::CommandLine;

    #[test]
    fn the_command_line_is_whole() {
        CommandLine::command().debug_assert();
    }
}
