//! Reading a recipe: text in, a [`Recipe`] or every mistake out.
//!
//! Whoever writes a recipe mends it in rounds, and each round that shows one mistake costs a minute. So nothing
//! stops at the first: every part is read as far as it goes, and each problem says where it is, what was
//! expected there, and what may have been meant.

mod accounts;
mod document;
mod duration;
mod names;
mod problem;
mod requests;
mod secrets;
mod table;

use std::{path::Path, time::Duration};

use toml::de::DeTable;

pub use problem::{Level, Problem, Problems};
pub use secrets::{Environment, FileSecret, MachineEnvironment};

use self::{problem::Notes, table::Table};
use super::{Recipe, Source};

/// Reads a duration as recipes have it, such as `30s`, `15m` or `1h30m`; `None` where it is none.
pub fn read_duration(text: &str) -> Option<Duration> {
    duration::read(text)
}

impl Recipe {
    /// Reads a recipe. Passwords and keys are fetched from `environment`, so that a recipe holds none.
    ///
    /// With the recipe come its warnings; they stop nothing.
    pub fn read(
        path: &Path,
        text: &str,
        environment: &dyn Environment,
    ) -> Result<(Self, Problems), Problems> {
        let notes = Notes::new(path, text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            notes.problem(
                error.span().unwrap_or(0..0),
                format!("this is not TOML: {}", error.message()),
                None,
            );
        }
        // Half of a document would look like one with parts missing.
        if notes.has_errors() {
            return Err(notes.into_problems());
        }
        let table = Table::whole(document.get_ref(), document.span(), &notes);
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        let recipe = document::read(&table, source, environment);
        match recipe {
            Some(recipe) if !notes.has_errors() => Ok((recipe, notes.into_problems())),
            _ => Err(notes.into_problems()),
        }
    }
}
