//! The store contract: what an engine underneath has to promise so that Handstamp can.
//!
//! Shaped after intent and speaking bytes: a store never sees a token, a key or a value of the
//! application. Every write is conditional on what was read; there is no upsert anywhere. Outcomes
//! are values, an error is only "unavailable" or "corrupt". `handstamp-conformance` tests all of it.

mod account;
mod admission;
mod body;
mod contract;
mod control;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod feed;
mod history;
mod local;
mod memory;
mod query;
mod shared;
mod stored;
mod transfer;
mod write;

pub use account::{AccountChange, AccountOutcome, AccountState, AccountWork, CellState, Epoch, Kept};
pub use admission::{Admission, Admit, Replaced};
pub use body::Body;
pub use contract::{Durability, Store, StoreFuture};
pub use control::{ControlBlob, ControlOutcome};
#[cfg(all(feature = "embedded", feature = "testing"))]
pub use embedded::Disk;
#[cfg(feature = "embedded")]
pub use embedded::{
    AfterRestore, CheckReport, Compacted, EmbeddedOptions, EmbeddedStore, OpenError, Restored, StoreInfo,
};
pub use error::StoreError;
pub use feed::{Feed, FeedNews, Probe};
pub use history::{ChangesPage, Heads, Incarnation};
pub use memory::MemoryStore;
pub use query::{List, ListPage, Scan, ScanCursor, ScanFilter, ScanPage, Stats, Sweep, Swept};
pub use stored::{AccountKey, Loaded, SessionKey, StoredSession, StoredState};
pub use transfer::{ExportCursor, ExportPage, Imported, Row};
pub use write::{
    Commit, Condition, Create, CreateOutcome, End, EndOutcome, Renew, Target, Touch, WriteOutcome,
};
