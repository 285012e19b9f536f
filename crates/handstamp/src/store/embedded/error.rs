//! Why a store could not be opened.

use std::{io, path::PathBuf};

use crate::token::KeyFileError;

/// Why an embedded store could not be opened. Nothing has been changed, unless it says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has the file open: sessions in one file belong to one process.
    #[error(
        "{folder} is in use by {holder}: one process holds the file. Stop that one first, or wait for it \
         (`EmbeddedOptions::wait_for_lock`, on the command line `--wait`)"
    )]
    #[non_exhaustive]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// Who holds it, as far as it has said.
        holder: String,
    },
    /// A later version wrote it.
    #[error(
        "{folder} has schema {found}, this program knows up to {known}: run the newer version, or go back to a \
         copy from before the upgrade"
    )]
    #[non_exhaustive]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// Its schema.
        found: u64,
        /// The newest that this program knows.
        known: u64,
    },
    /// The file is not what was written.
    #[error(
        "{file} cannot be read: {why}. It is left as it is: put back a backup and run `handstamp store restored`, \
         or move the file away to begin with an empty one (everybody signs in anew)"
    )]
    #[non_exhaustive]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// What did not fit.
        why: String,
    },
    /// There is nothing to work on.
    #[error("there is no session store in {folder}: expected a file `sessions.redb` there")]
    #[non_exhaustive]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// The operating system refused.
    #[error("{path}: {error}")]
    #[non_exhaustive]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// The realm key beside it is missing its protection, or is no key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
}
