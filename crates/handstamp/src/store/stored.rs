//! A session as a store sees it: what it must understand, and bytes.

use std::{fmt, sync::Arc};

use super::{AccountState, Body, CellState, Epoch};
use crate::{
    id::{Cell, SessionId, WriteId},
    policy::{ClockTable, Clocks, SessionClass, Shorter},
    realm::{AccountId, RealmName},
    reason::{Actor, EndReason, Ending},
    time::Timestamp,
};

/// The key of a session: nothing is ever looked up without its realm (CVE-2022-46170).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a key is these two and nothing else")]
pub struct SessionKey {
    /// The realm.
    pub realm: RealmName,
    /// The session.
    pub id: SessionId,
}

impl SessionKey {
    /// The key of `id` in `realm`.
    pub fn new(realm: RealmName, id: SessionId) -> Self {
        Self { realm, id }
    }

    /// Where it lies.
    pub fn cell(&self) -> Cell {
        self.id.cell()
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.realm, self.id)
    }
}

/// The key of an account, with the cell that it lives in. The engine knows the cell (a keyed hash of
/// realm and account id); a store only has to go there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a key is these three and nothing else")]
pub struct AccountKey {
    /// The realm.
    pub realm: RealmName,
    /// The account.
    pub id: AccountId,
    /// Where it lies.
    pub cell: Cell,
}

/// One stored session. Stores build and take these apart, so the fields are public; a new field is a
/// new version of the contract.
#[derive(Clone)]
#[allow(
    clippy::exhaustive_structs,
    reason = "stores of third parties construct it; see the contract's version"
)]
pub struct StoredSession {
    /// Realm and id.
    pub key: SessionKey,
    /// Whose it is; `None` while nobody has signed in.
    pub account: Option<AccountId>,
    /// Which clocks it runs on.
    pub class: SessionClass,
    /// When it began.
    pub created_at: Timestamp,
    /// When its holder last proved who they are; for an anonymous session, when it began.
    pub proven_at: Timestamp,
    /// Its own, shorter timeouts.
    pub shorter: Shorter,
    /// The account's epoch when it was admitted; an older one than the account's is dead.
    pub account_epoch: Epoch,
    /// The cell's epoch in its realm when it began; an older one than the cell's is dead.
    pub cell_epoch: Epoch,
    /// Counts changes of privilege: step-up, authorisation, credential change. Data written by a
    /// request that began under an earlier one is refused.
    pub privilege: Epoch,
    /// The window of the last change of token is still open; the sweep reports it so that it gets
    /// closed and its nonce erased.
    pub unsettled: bool,
    /// Names the last write of `body` and of the fields above.
    pub write: WriteId,
    /// Names the last write of `data`.
    pub data_write: WriteId,
    /// A session of another cell that this one takes the place of and that may not have been ended
    /// yet. Any load finishes it.
    pub replaces: Option<SessionId>,
    /// Alive, or how it ended.
    pub state: StoredState,
    /// When it was last used, to the precision of the touch interval. Only grows; no version.
    pub last_use: Timestamp,
    /// The record, opaque.
    pub body: Body,
    /// The application's data, opaque. Empty once the session has ended.
    pub data: Arc<[u8]>,
}

/// Whether a stored session is alive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "stores of third parties match on it")]
pub enum StoredState {
    /// No end is recorded. Its clocks or an epoch may have ended it all the same.
    Live,
    /// It ended, for good.
    Ended(Ending),
}

/// A loaded session with everything a verdict depends on.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "stores of third parties construct it")]
pub struct Loaded {
    /// The session.
    pub session: StoredSession,
    /// The state of its account; the default for an anonymous session.
    pub account: AccountState,
    /// The state of its cell in its realm.
    pub cell: CellState,
}

impl fmt::Debug for StoredSession {
    /// Without record and data: hash and nonce stay out of every output, also of a store's own log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSession")
            .field("key", &self.key)
            .field("account", &self.account)
            .field("class", &self.class)
            .field("state", &self.state)
            .field("write", &self.write)
            .field("data_write", &self.data_write)
            .finish_non_exhaustive()
    }
}

impl StoredSession {
    /// The clocks it runs on under this table.
    pub fn clocks(&self, table: &ClockTable) -> Clocks {
        table.of(self.class).shortened(self.shorter)
    }

    /// Has it ended for a reason other than its clocks? A recorded end first, then what an epoch or a
    /// hold has ended without writing each session.
    pub fn ending(&self, account: &AccountState, cell: &CellState) -> Option<Ending> {
        if let StoredState::Ended(ending) = &self.state {
            return Some(ending.clone());
        }
        if self.cell_epoch < cell.epoch {
            return Some(Ending::new(EndReason::RealmEnded, Actor::Admin, cell.ended_at));
        }
        if self.account.is_some() {
            if account.held {
                return Some(Ending::new(EndReason::AccountHeld, Actor::Admin, account.changed_at));
            }
            if self.account_epoch < account.epoch {
                return Some(Ending::new(EndReason::CredentialsChanged, Actor::Person, account.changed_at));
            }
        }
        None
    }

    /// Has a clock ended it at `now`, and which?
    pub fn expired(&self, table: &ClockTable, now: Timestamp) -> Option<EndReason> {
        self.expired_since(self.last_use, table, now)
    }

    /// The same for a session that was last used at `last_use`.
    pub(crate) fn expired_since(
        &self,
        last_use: Timestamp,
        table: &ClockTable,
        now: Timestamp,
    ) -> Option<EndReason> {
        let clocks = self.clocks(table);
        if now.since(self.proven_at) >= clocks.absolute.duration() {
            return Some(EndReason::Absolute);
        }
        (now.since(last_use) >= clocks.idle.duration()).then_some(EndReason::Idle)
    }

    /// Alive by everything that counts: what a cap counts and a list shows as live.
    pub fn is_alive(
        &self,
        account: &AccountState,
        cell: &CellState,
        table: &ClockTable,
        now: Timestamp,
    ) -> bool {
        self.ending(account, cell).is_none() && self.expired(table, now).is_none()
    }

    /// Records its end: data and everything that could still open anything goes, hash and device
    /// facts stay for as long as ended sessions are remembered.
    pub fn end(&mut self, ending: Ending) {
        self.state = StoredState::Ended(ending);
        self.data = Arc::from([]);
        self.replaces = None;
    }
}
