//! The trait itself.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use super::{
    AccountChange, AccountOutcome, Admission, Admit, ChangesPage, Commit, ControlBlob, ControlOutcome,
    Create, CreateOutcome, End, EndOutcome, ExportCursor, ExportPage, Feed, Heads, Imported, List, ListPage,
    Loaded, Renew, Row, Scan, ScanPage, SessionKey, Stats, StoreError, Sweep, Swept, Touch, WriteOutcome,
};
use crate::{id::Cell, time::Timestamp};

/// What every operation of a store returns.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Where sessions lie.
///
/// # What every implementation promises
///
/// * Each operation is atomic, including its entry in the change log. An account lives whole in one
///   cell, so everything that concerns one account can be one script or one transaction.
/// * Nothing ended comes back: no write succeeds on a session that has ended or is unknown.
/// * Repeating a write with the same [`WriteId`](crate::WriteId) has no further effect and answers
///   as the first time.
/// * A future that is dropped leaves either nothing done or all of it.
/// * Times that are handed in are the caller's opinion. A store shared by several machines puts its
///   own clock in their place. Store time never runs backwards.
/// * Ends succeed on a full store; only `create` and `admit` may answer that there is no room.
pub trait Store: Send + Sync + 'static {
    /// How durable an acknowledged write is. Reported at start and in metrics.
    fn durability(&self) -> Durability;

    /// The latest time that is written in a store of one process, so that the engine's time never falls
    /// behind it, however the machine's clock stands after a restart. A store shared by several machines
    /// has a clock of its own and says nothing.
    fn latest(&self) -> Option<Timestamp> {
        None
    }

    /// A session as a cache in front of the store knows it, if it can vouch that nothing acknowledged
    /// more than `max_staleness` ago is missing. `None` is no verdict: ask [`load`](Self::load). Never
    /// waits, and is asked before a token is known to be genuine. Stores keep the default;
    /// [`NearCache`](crate::cache::NearCache) answers.
    fn recall(&self, key: &SessionKey, max_staleness: Duration) -> Option<Arc<Loaded>> {
        let _ = (key, max_staleness);
        None
    }

    /// Stores a new anonymous session.
    fn create(&self, create: Create) -> StoreFuture<'_, CreateOutcome>;

    /// A session with the state of its account and cell, in one round trip. Ended sessions are
    /// returned as long as they are remembered.
    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>>;

    /// Several at once, in order.
    fn load_many<'a>(&'a self, keys: &'a [SessionKey]) -> StoreFuture<'a, Vec<Option<Loaded>>>;

    /// Replaces a session's data if it is the data that was seen.
    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome>;

    /// Replaces a session's record if it is the record that was seen.
    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome>;

    /// Notes last uses. A time only grows; sessions that have ended are passed over. The one write
    /// that is in no log.
    fn touch<'a>(&'a self, touches: &'a [Touch]) -> StoreFuture<'a, ()>;

    /// Stores a session that somebody has signed in to: epoch, hold, cap and the session it replaces
    /// in the same cell are checked and acted on in one step.
    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission>;

    /// Ends one session, all of an account, all but one, or all of a cell.
    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome>;

    /// Reads or changes an account: credentials changed, hold, release, erase.
    fn account(&self, change: AccountChange) -> StoreFuture<'_, AccountOutcome>;

    /// The sessions of one account, by id, paged. Cost depends on that account only.
    fn list(&self, list: List) -> StoreFuture<'_, ListPage>;

    /// Goes through all sessions, a bounded piece at a time.
    fn scan(&self, scan: Scan) -> StoreFuture<'_, ScanPage>;

    /// Ends what its clocks have ended and forgets what has been kept long enough, a bounded piece at
    /// a time. Decides by the times that are stored, not by what anybody remembers.
    fn sweep(&self, sweep: Sweep) -> StoreFuture<'_, Swept>;

    /// Entries of the change log of one cell after a position.
    fn changes(&self, cell: Cell, after: u64, limit: usize) -> StoreFuture<'_, ChangesPage>;

    /// The last position of every cell.
    fn heads(&self) -> StoreFuture<'_, Heads>;

    /// Ends with the new head of `cell` once it has gone beyond `after`.
    fn changed(&self, cell: Cell, after: u64) -> StoreFuture<'_, u64>;

    /// A feed of changes for a cache in front.
    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>>;

    /// Counts, for metrics.
    fn stats(&self) -> StoreFuture<'_, Stats>;

    /// A named blob of the control area: policy, cell key, key descriptions.
    fn control<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<ControlBlob>>;

    /// Writes a blob if its version is the one that was seen (`None`: if there is none).
    fn put_control<'a>(
        &'a self,
        name: &'a str,
        seen: Option<u64>,
        bytes: Vec<u8>,
    ) -> StoreFuture<'a, ControlOutcome>;

    /// A piece of the whole content, for another store; `None` from the beginning.
    fn export(&self, from: Option<ExportCursor>, limit: usize) -> StoreFuture<'_, ExportPage>;

    /// Stores rows of another store where nothing lies yet; repeating it is safe. For a store that
    /// serves nobody: nothing but the place itself is checked, and the change log is not written.
    fn import(&self, rows: Vec<Row>) -> StoreFuture<'_, Imported>;
}

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// Nothing: sessions end with the process.
    Memory,
    /// The process and the machine: it is on disk before it is acknowledged.
    OnDisk,
    /// The loss of a machine: this many replicas have it before it is acknowledged.
    OnReplicas(u32),
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory (sessions end with the process)"),
            Self::OnDisk => f.write_str("on disk"),
            Self::OnReplicas(count) => write!(f, "on {count} replicas"),
        }
    }
}
