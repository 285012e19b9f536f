//! `handstamp keys`: making realm keys.

use std::{io::Write, process::ExitCode};

use clap::Subcommand;
use handstamp::RealmKey;

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Print a new key: 32 random bytes as text.
    ///
    /// Keep it where the session store is not: with the key, a copy of the store still logs nobody in,
    /// but makes forged tokens look genuine.
    New,
}

pub(crate) fn run(command: &KeysCommand) -> ExitCode {
    match command {
        KeysCommand::New => {
            let key = RealmKey::generate().expose();
            match writeln!(std::io::stdout(), "{}", key.as_str()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
    }
}
