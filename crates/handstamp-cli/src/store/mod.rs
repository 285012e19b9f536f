//! `handstamp store`: looking after an embedded store while no program uses it.
//!
//! Results go to standard output, everything else to standard error, so that each verb can stand in a
//! pipe.

mod archive;
mod check;
mod compact;
mod export;
mod failure;
mod file;
mod import;
mod info;
mod lines;
mod progress;
mod restored;
mod show;

use std::process::ExitCode;

use clap::Subcommand;

#[derive(Subcommand)]
#[command(after_help = EXIT_CODES)]
pub(crate) enum StoreCommand {
    /// Say what a store holds: sessions, accounts, log, size, identity.
    Info(info::InfoArguments),
    /// Look through the whole file for damage. Changes nothing but what a crash has left open.
    Check(check::CheckArguments),
    /// Give space back to the disk that ended sessions and old log entries have left.
    Compact(compact::CompactArguments),
    /// Tell a store that its file was put back from a backup or moved.
    Restored(restored::RestoredArguments),
    /// Write everything that a store holds as lines of JSON: a backup, or the way to another store.
    Export(export::ExportArguments),
    /// Read an export into an empty store.
    Import(import::ImportArguments),
    /// Append the change log to a file that keeps it for longer than the store does.
    Archive(archive::ArchiveArguments),
}

pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done, and nothing is wrong
  1  it could not be done; standard error says why and what to do
  2  the command line is wrong
  3  `check` has found damage
  4  another process holds the store; stop that one first, or use --wait";

pub(crate) async fn run(command: StoreCommand) -> ExitCode {
    let outcome = match &command {
        StoreCommand::Info(arguments) => info::run(arguments),
        StoreCommand::Check(arguments) => check::run(arguments),
        StoreCommand::Compact(arguments) => compact::run(arguments),
        StoreCommand::Restored(arguments) => restored::run(arguments),
        StoreCommand::Export(arguments) => export::run(arguments).await,
        StoreCommand::Import(arguments) => import::run(arguments).await,
        StoreCommand::Archive(arguments) => archive::run(arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("handstamp store: {failure}{}", failure.hint());
            failure.exit_code()
        }
    }
}
