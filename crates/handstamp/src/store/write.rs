//! Writes to one session.

use std::sync::Arc;

use super::{AccountKey, Body, Epoch, SessionKey, StoredSession};
use crate::{
    id::{Cell, SessionId, WriteId},
    log::Change,
    policy::ClockTable,
    realm::RealmName,
    reason::{Actor, Ending},
    time::Timestamp,
};

/// A new anonymous session.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Create {
    /// The session; `session.write` names this write. The store puts in the cell's epoch.
    pub session: StoredSession,
}

/// What became of a [`Create`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum CreateOutcome {
    /// It is stored.
    Done,
    /// Another session has this id.
    Exists,
    /// The store is below its low-water mark of space.
    NoRoom,
}

/// New data for a session.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Commit {
    /// Which session.
    pub key: SessionKey,
    /// The data write that was read.
    pub seen: WriteId,
    /// The privilege under which the request began.
    pub privilege: Epoch,
    /// The name of this write.
    pub write: WriteId,
    /// The new data.
    pub data: Arc<[u8]>,
    /// When.
    pub at: Timestamp,
}

/// A new record for a session.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Renew {
    /// Which session.
    pub key: SessionKey,
    /// The record write that was read.
    pub seen: WriteId,
    /// The name of this write.
    pub write: WriteId,
    /// The new record.
    pub body: Body,
    /// A new proof time, if this write renews the proof. Counts as a use as well.
    pub proven_at: Option<Timestamp>,
    /// Is the window of a change of token open after this write?
    pub unsettled: bool,
    /// A change of privilege: data writes of requests that began before are refused.
    pub raises_privilege: bool,
    /// Clears `replaces`: the session it replaced has been ended.
    pub replacement_finished: bool,
    /// What to write into the log.
    pub change: Change,
    /// Who caused it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// What became of a [`Commit`] or a [`Renew`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum WriteOutcome {
    /// Written, now or by an earlier call with the same write id.
    Done,
    /// Somebody else has written since; read again.
    Conflict,
    /// Privilege has changed since the request began; nothing was written.
    Superseded,
    /// The session has ended or is unknown. Nothing was written and nothing ever will be.
    Gone,
}

/// A last use.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Touch {
    /// Which session.
    pub key: SessionKey,
    /// When it was used.
    pub at: Timestamp,
}

/// An end.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct End {
    /// What ends.
    pub target: Target,
    /// Why, by whom, when; the same for all of a target.
    pub ending: Ending,
}

/// What is to end.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum Target {
    /// One session, if the condition holds.
    One(SessionKey, Condition),
    /// Every session of an account. One entry in the log.
    Account(AccountKey),
    /// Every session of an account but this one. One entry in the log.
    AllBut(AccountKey, SessionId),
    /// Every session of a realm in one cell: the cell's epoch goes up, one entry, the sweep writes
    /// the single ends.
    Cell(RealmName, Cell),
}

impl Target {
    /// Where it lies.
    pub fn cell(&self) -> Cell {
        match self {
            Self::One(key, _) => key.cell(),
            Self::Account(account) | Self::AllBut(account, _) => account.cell,
            Self::Cell(_, cell) => *cell,
        }
    }
}

/// When an end is to happen.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum Condition {
    /// In any case.
    Always,
    /// Only at this record: for a judgement that was made on it.
    AtWrite(WriteId),
    /// Only at this data: for data that has been carried on.
    AtData(WriteId),
    /// Only under this privilege: for a request that a step-up may have overtaken.
    AtPrivilege(Epoch),
    /// Only if its clocks have ended it by what is stored now.
    Expired(ClockTable),
}

/// What became of an [`End`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum EndOutcome {
    /// This call ended these sessions (for a cell: unknown, empty).
    Ended(Vec<SessionId>),
    /// The one session had ended already, so.
    AlreadyEnded(Ending),
    /// There is no such session.
    Unknown,
    /// The condition does not hold; read again.
    Conflict,
}
