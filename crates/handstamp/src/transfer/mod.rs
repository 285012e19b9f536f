//! A store's content as lines of JSON, so that one can move to another engine, or keep a backup that
//! any engine can read, without signing anybody out.
//!
//! The first line says what it is and from where, then follows one line for each [`Row`] of the store,
//! and the last line has the counts and a checksum over all lines before it, so that a cut-off file is
//! told. It holds what the store holds: hashes, never a token or a realm key. The key that spreads
//! accounts over cells travels along as a control blob. The change log stays behind.
//!
//! Nothing here reads or writes a file. [`Export`] hands out lines, [`Reading`] and [`Import`] take them,
//! and `handstamp store` is their use on files. Layout: `docs/formats.md`.
//!
//! [`Row`]: crate::store::Row

mod content;
mod error;
mod export;
mod header;
mod import;
mod ledger;
mod line;
mod reading;
mod session;

pub use error::{ExportError, FormatError, ImportError};
pub use export::Export;
pub use header::Header;
pub use import::{Import, ImportSummary};
pub use ledger::Counts;
pub use line::MAX_LINE_BYTES;
pub use reading::{Contents, Reading, ResumePoint};

/// The newest version of the format that this program reads, and the one that it writes.
const VERSION: u32 = 1;

/// The control blob by which a store knows whose import it has begun. Never part of an export.
const MARK: &str = "import";
