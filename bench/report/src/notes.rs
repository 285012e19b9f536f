//! What people have found out about goals that are missed. Written by hand in `docs/benchmarks/notes.toml`, so
//! that figures can be measured anew and no word is lost.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, ensure};
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
    /// Reads the file; without one there are no notes. A note of a goal that is not among `known` would
    /// never be shown.
    pub(crate) fn read(file: &Path, known: &[String]) -> Result<Self> {
        if !file.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(file)?;
        let notes = Self::parsed(&text, known);
        notes.with_context(|| format!("{} is not understood", file.display()))
    }

    fn parsed(text: &str, known: &[String]) -> Result<Self> {
        let notes: Self = toml::from_str(text)?;
        for id in notes.0.keys() {
            ensure!(known.contains(id), "there is no goal {id:?}; there are: {}", known.join(", "));
        }
        Ok(notes)
    }

    /// The note of a goal.
    pub(crate) fn of(&self, id: &str) -> Option<&Note> {
        self.0.get(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[5]\nwhy = \"slow\"\nnext = \"look\"\n";

    #[test]
    fn a_note_is_found_by_its_goal() {
        let notes = Notes::parsed(TEXT, &["5".to_owned()]).unwrap();
        assert_eq!(notes.of("5").map(|note| note.why.as_str()), Some("slow"));
        assert!(notes.of("8").is_none());
    }

    #[test]
    fn a_note_of_no_goal_is_refused() {
        let error = Notes::parsed(TEXT, &["8".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "there is no goal \"5\"; there are: 8");
    }
}
