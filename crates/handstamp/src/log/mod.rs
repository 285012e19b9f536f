//! The change log: the ordered record of every state change but last use.
//!
//! Entries are written by the store in the same atomic step as the change itself, never by a handler
//! (promise 14). Streams, live connections, webhooks and audits read them.

mod archive;
mod entry;
mod reader;

pub use archive::{ArchiveError, Archived, LogArchive};
pub use entry::{Change, Entry};
pub use reader::{LogNews, LogPosition, LogReader, NotAPosition};
