//! Reading a recipe for a verb.

use std::{io, path::Path, sync::Arc};

use handstamp_audit::recipe::{Environment, FileSecret, MachineEnvironment, Recipe};

use super::{Failure, files};

/// The recipe with its secrets; warnings go to standard error.
pub(super) fn read(path: &Path) -> Result<Arc<Recipe>, Failure> {
    read_in(path, &MachineEnvironment::new())
}

/// The recipe for verbs that sign nobody in: variables that are not set stand for nothing.
pub(super) fn read_without_secrets(path: &Path) -> Result<Arc<Recipe>, Failure> {
    read_in(path, &Unset(MachineEnvironment::new()))
}

fn read_in(path: &Path, environment: &dyn Environment) -> Result<Arc<Recipe>, Failure> {
    let text = files::read(path)?;
    let (recipe, warnings) = Recipe::read(path, &text, environment).map_err(Failure::Recipe)?;
    if !warnings.is_empty() {
        eprintln!("{warnings}");
    }
    Ok(Arc::new(recipe))
}

struct Unset(MachineEnvironment);

impl Environment for Unset {
    fn variable(&self, name: &str) -> Option<String> {
        Some(self.0.variable(name).unwrap_or_else(|| "not set".to_owned()))
    }

    fn file(&self, path: &Path) -> io::Result<FileSecret> {
        self.0.file(path)
    }

    fn line(&self) -> io::Result<String> {
        Ok("not asked".to_owned())
    }
}
