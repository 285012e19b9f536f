//! Where passwords come from: never from the recipe.

use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

use toml::de::DeValue;

use super::table::{Table, Value};
use crate::recipe::Secret;

/// Where secrets are fetched from. [`MachineEnvironment`] outside of tests.
pub trait Environment {
    /// The environment variable of this name, where it is set.
    fn variable(&self, name: &str) -> Option<String>;

    /// The text of a file.
    fn file(&self, path: &Path) -> io::Result<FileSecret>;

    /// One line of standard input.
    fn line(&self) -> io::Result<String>;
}

/// A secret from a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileSecret {
    /// What is in it.
    pub text: String,
    /// Whether others on this machine may read it.
    pub is_open: bool,
}

impl FileSecret {
    /// The text of a file, and whether others may read that.
    pub fn new(text: String, is_open: bool) -> Self {
        Self { text, is_open }
    }
}

/// The process's environment, the disk and standard input.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct MachineEnvironment;

impl MachineEnvironment {
    /// The process's environment.
    pub fn new() -> Self {
        Self
    }
}

/// The longest that a secret may be.
const MOST_BYTES: u64 = 64 * 1024;

impl Environment for MachineEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &Path) -> io::Result<FileSecret> {
        let file = fs::File::open(path)?;
        let is_open = is_open(&file.metadata()?);
        let mut text = String::new();
        file.take(MOST_BYTES).read_to_string(&mut text)?;
        Ok(FileSecret { text, is_open })
    }

    fn line(&self) -> io::Result<String> {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        Ok(line)
    }
}

#[cfg(unix)]
fn is_open(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &fs::Metadata) -> bool {
    false
}

const WAYS: &str = "secrets come from outside of the recipe: { env = \"NAME\" } or { file = \"path\" }";

/// Reads the secret of a key: `{ env = "NAME" }`, `{ file = "path" }` or `{ stdin = true }`.
pub(super) fn read(
    table: &Table<'_>,
    key: &'static str,
    value: &Value<'_>,
    folder: &Path,
    environment: &dyn Environment,
) -> Option<Secret> {
    let notes = table.notes;
    if let DeValue::String(_) = value.get_ref() {
        let message = format!("{} stands in the recipe", table.path(key));
        notes.problem(value.span(), message, Some(WAYS.to_owned()));
        return None;
    }
    let place = Table::of(table.path(key), value, notes)?;
    let (variable, file, line) = (place.string("env"), place.string("file"), place.boolean("stdin"));
    place.refuse_unknown();
    let got = match (variable, file, line) {
        (Some((name, span)), None, None) => {
            let Some(secret) = environment.variable(name) else {
                let message = format!("the environment variable {name} is not set");
                notes.problem(span, message, Some(format!("set it: {name}=... handstamp audit ...")));
                return None;
            };
            secret
        }
        (None, Some((path, span)), None) => {
            let path: PathBuf = folder.join(path);
            match environment.file(&path) {
                Ok(secret) => {
                    if secret.is_open {
                        let message = format!("others on this machine may read {}", path.display());
                        notes.warning(span, message, Some("chmod 600 keeps it to you".to_owned()));
                    }
                    secret.text
                }
                Err(error) => {
                    notes.problem(span, format!("{} cannot be read: {error}", path.display()), None);
                    return None;
                }
            }
        }
        (None, None, Some(true)) => match environment.line() {
            Ok(line) => line,
            Err(error) => {
                notes.problem(value.span(), format!("standard input cannot be read: {error}"), None);
                return None;
            }
        },
        _ => {
            let message = format!("{} names not exactly one place", table.path(key));
            notes.problem(value.span(), message, Some(WAYS.to_owned()));
            return None;
        }
    };
    let secret = got.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        notes.problem(value.span(), format!("{} is empty", table.path(key)), None);
        return None;
    }
    Some(Secret::new(secret.to_owned()))
}
