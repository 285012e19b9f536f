//! What people have found out about goals that are missed. Written by hand in `docs/benchmarks/notes.toml`, so
//! that figures can be measured anew and no word is lost.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// The notes, by the goal's name.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Notes(BTreeMap<String, Note>);

/// What is known of a goal that is missed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    /// What stands in the way.
    pub(crate) why: String,
    /// What is to be done about it.
    pub(crate) next: String,
}

impl Notes {
    /// Reads the file; without one there are no notes.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        if !file.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(file)?;
        toml::from_str(&text).with_context(|| format!("{} is not understood", file.display()))
    }

    /// The note of a goal.
    pub(crate) fn of(&self, id: &str) -> Option<&Note> {
        self.0.get(id)
    }
}
