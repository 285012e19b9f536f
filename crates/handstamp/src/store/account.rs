//! Accounts and cells: the state that a verdict depends on besides the session.

use serde::{Deserialize, Serialize};

use super::{AccountKey, Body};
use crate::{
    id::{SessionId, WriteId},
    reason::Actor,
    time::Timestamp,
};

/// Counts the credential changes of an account, or the ends of a realm in a cell. A session from an
/// earlier epoch is dead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(u64);

impl Epoch {
    /// The epoch with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The one after.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What a store keeps of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct AccountState {
    /// Goes up with every credential change, hold and release. For an account that the store does
    /// not know it is the cell's account floor, so that erasing an account voids sign-ins that were
    /// under way.
    pub epoch: Epoch,
    /// On hold: every session is dead and nobody signs in.
    pub held: bool,
    /// When the epoch or the hold last changed.
    pub changed_at: Timestamp,
}

/// What a store keeps of a cell, per realm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct CellState {
    /// Goes up when all sessions of the realm are ended.
    pub epoch: Epoch,
    /// When it last went up.
    pub ended_at: Timestamp,
}

/// Work on an account.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct AccountChange {
    /// The account.
    pub account: AccountKey,
    /// What to do.
    pub work: AccountWork,
    /// Who asks for it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// What to do with an account.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum AccountWork {
    /// Only read its state.
    Read,
    /// Its credentials changed: the epoch goes up, every session but the kept one ends, the kept one
    /// gets a new record, in one step.
    CredentialsChanged {
        /// The session that stays, if any.
        keep: Option<Kept>,
    },
    /// Every session ends and nobody signs in until it is released.
    Hold,
    /// People may sign in again; sessions and sign-ins from before stay dead.
    Release,
    /// Every trace goes: sessions, ended sessions, state, and its name in the log.
    Erase,
}

/// The session that stays at a credential change.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Kept {
    /// Which.
    pub id: SessionId,
    /// The record write that was read.
    pub seen: WriteId,
    /// The name of this write.
    pub write: WriteId,
    /// Its new record, under a new token.
    pub body: Body,
}

/// What became of an [`AccountChange`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum AccountOutcome {
    /// Done (or read), with the state after it and the sessions that ended.
    Done {
        /// The state now.
        state: AccountState,
        /// What ended.
        ended: Vec<SessionId>,
    },
    /// The kept session's record has moved; read again.
    Conflict,
    /// The kept session has ended. Nothing was done.
    Gone,
}
