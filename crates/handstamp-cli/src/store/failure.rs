//! Why a verb did not do what it was asked to.

use std::{io, path::PathBuf, process::ExitCode};

use handstamp::{
    ArchiveError,
    store::OpenError,
    transfer::{ExportError, FormatError, ImportError},
};

#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("{place}: {error}")]
    File { place: String, error: io::Error },
    #[error("{place}: {error}")]
    Format { place: String, error: FormatError },
    #[error("{place}: {error}")]
    Import { place: String, error: ImportError },
    #[error("{error}{hint}")]
    Export { error: ExportError, hint: &'static str },
    #[error("{}: there is a file already; go on with it with --resume, or remove it", .0.display())]
    FileExists(PathBuf),
    #[error(
        "{place} was made {age} ago: some of its sessions may have been ended since. Say what is to become of \
         them: --end-sessions for a backup, --keep-sessions if nobody has used the store since"
    )]
    OldExport { place: String, age: String },
    #[error(
        "{place}: the store was in use while it was exported ({changed} changes): some of its sessions may have \
         ended before the export was complete. Say what is to become of them: --end-sessions or --keep-sessions"
    )]
    MovingExport { place: String, changed: u64 },
    #[error(
        "{folder}: this file was put back from a backup or moved ({why}): say what is to become of its sessions \
         with `handstamp store restored {folder}` first"
    )]
    Restored { folder: String, why: &'static str },
    #[error("--resume goes on with a file; standard output has no beginning to go on from")]
    NothingToResume,
    #[error("{0}")]
    Damaged(String),
    #[error("standard output: {0}")]
    Output(io::Error),
}

impl Failure {
    /// What to do about it on the command line, where the error itself speaks of the library.
    pub(super) fn hint(&self) -> &'static str {
        if matches!(self, Self::Open(OpenError::InUse { .. })) { " (here: --wait SECONDS)" } else { "" }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Damaged(_) => 3,
            Self::Open(OpenError::InUse { .. }) => 4,
            _ => 1,
        })
    }
}
