//! What can be wrong with an export, and with the stores at both of its ends.

use crate::store::StoreError;

/// The lines are not an export that this program can take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The first line is not one of an export.
    #[error("line 1 is not the first line of an export: is this the right file?")]
    NotAnExport,
    /// Written by a later version.
    #[error(
        "line 1: the export has version {found} of the format, this program reads up to {}: use the newer \
         program",
        super::VERSION
    )]
    #[non_exhaustive]
    Newer {
        /// Its version.
        found: u32,
    },
    /// A line of a kind that this program does not know, so it cannot tell what it would lose.
    #[error("line {line} is of a kind that this program does not know, {kind:?}: use the newer program")]
    #[non_exhaustive]
    UnknownKind {
        /// The line, from 1.
        line: u64,
        /// Its kind.
        kind: String,
    },
    /// A line that is not what was written.
    #[error("line {line} cannot be read ({reason}): the file was changed or damaged; make a new export")]
    #[non_exhaustive]
    Malformed {
        /// The line, from 1.
        line: u64,
        /// What did not fit, without any of the content.
        reason: String,
    },
    /// A line longer than [`MAX_LINE_BYTES`](super::MAX_LINE_BYTES).
    #[error("line {line} is longer than {} bytes: this is not a line of an export", super::MAX_LINE_BYTES)]
    #[non_exhaustive]
    TooLong {
        /// The line, from 1.
        line: u64,
    },
    /// Something follows the last line.
    #[error("line {line} comes after the last line of the export: two files in one?")]
    #[non_exhaustive]
    AfterTheEnd {
        /// The line, from 1.
        line: u64,
    },
    /// The last line is missing.
    #[error("the export is cut off after line {lines}: go on with the export, or make a new one")]
    #[non_exhaustive]
    CutOff {
        /// How many whole lines there are.
        lines: u64,
    },
    /// Checksum or counts of the last line do not fit the lines before it.
    #[error(
        "the checksum in line {line} does not fit the lines before it: something was changed or lost; make \
         a new export"
    )]
    #[non_exhaustive]
    Altered {
        /// The last line, from 1.
        line: u64,
    },
}

/// Why an export stopped.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The store failed. The lines handed out so far are good: go on from them.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is another one, or has changed since this export began. To go on would mix two
    /// states: a session that has ended in between would be alive in the export.
    #[error("the store has changed since this export began: make a new export instead of going on")]
    Changed,
    /// An import into the store was begun and is not complete: sessions, accounts and holds are missing.
    #[error("an import into this store was begun and is not complete: repeat that import first")]
    HalfImported,
}

/// Why an import stopped.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The export cannot be taken.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The store failed. Repeating the import is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store has content that is not of this import.
    #[error("the store is not empty, and what it holds is not of this export: import into an empty store")]
    NotEmpty,
    /// The store has been used since this import began. To go on could bring sessions back that have
    /// ended and been forgotten since.
    #[error(
        "the store has been in use since this import began: to repeat it could bring ended sessions back; \
         import into an empty store"
    )]
    InUse,
    /// The store has a control blob of this name with other content, such as a cell key of its own:
    /// every account would be looked for in the wrong place.
    #[error(
        "the store has a `{name}` of its own, so an application was started on it: import into an empty store"
    )]
    #[non_exhaustive]
    OtherControl {
        /// The blob's name.
        name: String,
    },
}
