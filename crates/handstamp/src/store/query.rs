//! Reading many sessions, and cleaning up.

use std::time::Duration;

use super::{AccountKey, AccountState, CellState, Durability, SessionKey, StoredSession};
use crate::{
    id::{Cell, SessionId},
    policy::ClockTable,
    realm::RealmName,
    reason::Ending,
    time::Timestamp,
};

/// A page of an account's sessions.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct List {
    /// The account.
    pub account: AccountKey,
    /// Ids above this one.
    pub after: Option<SessionId>,
    /// At most this many.
    pub limit: usize,
}

/// What a [`List`] found, live and ended, by id.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct ListPage {
    /// The sessions.
    pub sessions: Vec<StoredSession>,
    /// Where to go on, if there is more.
    pub next: Option<SessionId>,
    /// The account's state.
    pub account: AccountState,
    /// Its cell's.
    pub cell: CellState,
}

/// A piece of a walk through all sessions.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Scan {
    /// Which sessions.
    pub filter: ScanFilter,
    /// Where to go on; `None` from the beginning.
    pub from: Option<ScanCursor>,
    /// At most this many.
    pub limit: usize,
}

/// Which sessions a [`Scan`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum ScanFilter {
    /// All.
    All,
    /// Those without a recorded end.
    Live,
    /// Those with one.
    Ended,
}

/// A place in a walk: everything up to this key has been seen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct ScanCursor {
    /// The cell.
    pub cell: Cell,
    /// The last key seen in it; `None` before its first.
    pub key: Option<SessionKey>,
}

/// What a [`Scan`] found.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct ScanPage {
    /// The sessions, in no particular order across cells.
    pub sessions: Vec<StoredSession>,
    /// Where to go on, if there is more.
    pub next: Option<ScanCursor>,
}

/// A piece of a sweep.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Sweep {
    /// Which realm.
    pub realm: RealmName,
    /// The clocks that tell who is alive.
    pub clocks: ClockTable,
    /// Now.
    pub at: Timestamp,
    /// How long ended sessions are remembered.
    pub ended_retention: Duration,
    /// At most this many ended ones per account are remembered, the newest.
    pub ended_per_account: usize,
    /// Where to go on; `None` from the beginning.
    pub from: Option<ScanCursor>,
    /// Look at no more than this many sessions.
    pub limit: usize,
}

/// What a [`Sweep`] did.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Swept {
    /// How many sessions it looked at.
    pub seen: usize,
    /// Those it ended: clocks, epochs, holds.
    pub ended: Vec<(SessionKey, Ending)>,
    /// How many ended sessions it forgot.
    pub forgotten: usize,
    /// Live sessions whose replacement is unfinished.
    pub unfinished: Vec<SessionKey>,
    /// Live sessions with an open window of a change of token; the engine closes those that are over.
    pub unsettled: Vec<SessionKey>,
    /// Where to go on, if there is more.
    pub next: Option<ScanCursor>,
}

/// Counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Stats {
    /// Sessions without a recorded end.
    pub live: u64,
    /// Ended sessions that are remembered.
    pub ended: u64,
    /// Accounts with state or sessions.
    pub accounts: u64,
    /// Entries in the change log.
    pub entries: u64,
    /// The store's durability.
    pub durability: Durability,
}
