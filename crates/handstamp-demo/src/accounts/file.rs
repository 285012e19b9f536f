//! The file in which accounts outlive the process.
//!
//! Replaced whole at each change: written beside, made durable, then renamed over the old one, so that
//! a crash leaves the accounts from before or from after and nothing in between. What cannot be read
//! is an error and never an empty shop: the sessions beside it would be of nobody, and the next
//! sign-up would write over what could still be mended.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

/// The format this program writes and reads.
const VERSION: u32 = 1;

/// Accounts by the name under which they are looked for.
pub(super) type ByName = BTreeMap<String, Account>;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(with = "text")]
    pub(super) password_hash: Arc<str>,
    /// The password has changed, and the sessions have not been told yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) change_untold: bool,
}

/// Why the accounts of a folder could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountsError {
    /// The file cannot be read or written.
    #[error("cannot use the accounts file {}: {source}; look at its owner, its rights and the disk", file.display())]
    #[non_exhaustive]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There are sessions, but no file that says whose.
    #[error(
        "the accounts file {} is missing, though there are sessions beside it; bring it back from a backup, or move \
         the whole folder away to begin with an empty shop",
        file.display()
    )]
    #[non_exhaustive]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// What the file holds are no accounts.
    #[error(
        "the accounts file {} is damaged: {why}; it has been left as it is: mend it, bring it back from a backup, \
         or move the whole folder away to begin with an empty shop",
        file.display()
    )]
    #[non_exhaustive]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A later version of the demo has written it.
    #[error(
        "the accounts file {} has format {version}, and this demo knows formats up to {VERSION}; run the newer \
         demo that wrote it, or name another folder by --state",
        file.display()
    )]
    #[non_exhaustive]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        version: u32,
    },
}

/// The file of one folder.
pub(super) struct AccountsFile {
    folder: PathBuf,
    path: PathBuf,
}

impl AccountsFile {
    pub(super) fn within(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), path: folder.join("accounts.json") }
    }

    /// What the file holds. `begun`: something has been kept in this folder before, so that a missing
    /// file is a loss and not a beginning.
    pub(super) fn read(&self, begun: bool) -> Result<ByName, AccountsError> {
        let file = || self.path.clone();
        match fs::read(&self.path) {
            Ok(bytes) => self.parse(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound && begun => {
                Err(AccountsError::Missing { file: file() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let none = ByName::new();
                self.write(&none).map_err(|source| AccountsError::Unusable { file: file(), source })?;
                Ok(none)
            }
            Err(source) => Err(AccountsError::Unusable { file: file(), source }),
        }
    }

    /// Replaces what the file holds. Durable when this returns.
    pub(super) fn write(&self, accounts: &ByName) -> io::Result<()> {
        let content = Content { version: VERSION, accounts: accounts.values().cloned().collect() };
        let bytes = serde_json::to_vec_pretty(&content)?;
        let beside = self.path.with_extension("json.new");
        // What a crash has left, or a link that somebody else has laid there.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private().open(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&beside, &self.path)?;
        sync_folder(&self.folder)
    }

    fn parse(&self, bytes: &[u8]) -> Result<ByName, AccountsError> {
        let damaged = |why: String| AccountsError::Damaged { file: self.path.clone(), why };
        let Format { version } = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if version > VERSION {
            return Err(AccountsError::Newer { file: self.path.clone(), version });
        }
        let content: Content = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        let mut by_name = ByName::new();
        for account in content.accounts {
            if let Some(twice) = by_name.insert(super::key(&account.name), account) {
                return Err(damaged(format!("two accounts have the name {:?}", twice.name)));
            }
        }
        Ok(by_name)
    }
}

/// Read first and by itself: a later format may hold what this one does not know.
#[derive(Deserialize)]
struct Format {
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    accounts: Vec<Account>,
}

/// A new file for its owner alone: password hashes are worth guessing at.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A rename is durable once its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

mod text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        str::serialize(text, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(deserializer).map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(content: &[u8]) -> (tempfile::TempDir, AccountsFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = AccountsFile::within(folder.path());
        fs::write(&file.path, content).unwrap();
        (folder, file)
    }

    fn account(name: &str) -> Account {
        Account {
            id: format!("acc_{name}"),
            name: name.to_owned(),
            password_hash: "$argon2id$".into(),
            change_untold: false,
        }
    }

    #[test]
    fn what_is_written_is_read_and_nobody_else_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = AccountsFile::within(folder.path());
        assert!(file.read(false).unwrap().is_empty());
        let ann = Account { change_untold: true, ..account("Ann") };
        file.write(&ByName::from([("ann".to_owned(), ann), ("bob".to_owned(), account("bob"))])).unwrap();
        let read = file.read(true).unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["ann", "bob"]);
        assert!(read["ann"].change_untold && !read["bob"].change_untold);
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["accounts.json"], "nothing is left beside it");
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file.path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_lies_in_the_way_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let file = AccountsFile::within(folder.path());
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "untouched").unwrap();
        std::os::unix::fs::symlink(&elsewhere, folder.path().join("accounts.json.new")).unwrap();
        assert!(file.read(false).unwrap().is_empty());
        assert_eq!(fs::read(&elsewhere).unwrap(), b"untouched");
        assert!(file.read(true).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_names_the_file_and_never_an_empty_shop() {
        let whole = br#"{"version":1,"accounts":[{"id":"acc_1","name":"ann","password_hash":"h"}]}"#;
        assert_eq!(written(whole).1.read(true).unwrap().len(), 1);
        // Cut short anywhere, as by a copy that was broken off.
        for length in 0..whole.len() {
            let (_folder, file) = written(&whole[..length]);
            let error = file.read(false).err().unwrap();
            assert!(matches!(error, AccountsError::Damaged { .. }), "{length}: {error}");
            assert!(error.to_string().contains(file.path.to_str().unwrap()), "{error}");
            assert_eq!(fs::read(&file.path).unwrap(), &whole[..length], "it is left as it is");
        }
    }

    #[test]
    fn two_accounts_of_one_name_and_fields_that_are_not_known_are_damage() {
        for accounts in [
            r#"{"id":"1","name":"Ann","password_hash":"h"},{"id":"2","name":"ann ","password_hash":"h"}"#,
            r#"{"id":"1","name":"ann","password_hash":"h","admin":true}"#,
        ] {
            let (_folder, file) = written(format!(r#"{{"version":1,"accounts":[{accounts}]}}"#).as_bytes());
            assert!(matches!(file.read(true), Err(AccountsError::Damaged { .. })), "{accounts}");
        }
    }

    #[test]
    fn a_later_format_is_refused_by_its_number() {
        let (_folder, file) = written(br#"{"version":2,"people":[]}"#);
        assert!(matches!(file.read(true), Err(AccountsError::Newer { version: 2, .. })));
    }

    #[test]
    fn a_missing_file_is_a_beginning_only_where_nothing_has_been_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = AccountsFile::within(folder.path());
        assert!(matches!(file.read(true), Err(AccountsError::Missing { .. })));
        file.read(false).unwrap();
        assert!(file.read(true).unwrap().is_empty());
    }
}
