//! What a store's tables offer to the rules, within one atomic step in one cell.

use crate::{
    id::{Cell, SessionId},
    log::Entry,
    realm::{AccountId, RealmName},
    store::{AccountKey, AccountState, CellState, Epoch, SessionKey, StoreError, StoredSession, StoredState},
    time::Timestamp,
};

/// What a cell knows of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct CellMeta {
    /// The epoch of an account without a row. Above every epoch that was ever erased.
    pub(in crate::store) floor: Epoch,
    /// Store time: the latest time of a write. Never runs backwards.
    pub(in crate::store) latest: Timestamp,
    /// The position of the last log entry.
    pub(in crate::store) written: u64,
    /// The position of the first log entry that is kept.
    pub(in crate::store) first: u64,
}

/// What can be told of a session without reading all of it: enough to pass over most in a sweep.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Glance {
    pub(in crate::store) proven_at: Timestamp,
    pub(in crate::store) last_use: Timestamp,
    pub(in crate::store) cell_epoch: Epoch,
    /// When it ended, if that is recorded.
    pub(in crate::store) ended_at: Option<Timestamp>,
    /// It has shorter timeouts of its own, an unfinished replacement or an open window.
    pub(in crate::store) special: bool,
}

impl Glance {
    pub(in crate::store) fn of(session: &StoredSession) -> Self {
        Self {
            proven_at: session.proven_at,
            last_use: session.last_use,
            cell_epoch: session.cell_epoch,
            ended_at: match &session.state {
                StoredState::Live => None,
                StoredState::Ended(ending) => Some(ending.at),
            },
            special: session.shorter.idle.is_some()
                || session.shorter.absolute.is_some()
                || session.replaces.is_some()
                || session.unsettled,
        }
    }
}

/// What the sweep wants to see whole.
pub(in crate::store) type Wanted<'a> = &'a dyn Fn(&Glance) -> bool;

/// Sessions in order of their keys, and whether there may be more.
pub(in crate::store) struct Stretch {
    pub(in crate::store) sessions: Vec<StoredSession>,
    /// How many were passed, wanted or not.
    pub(in crate::store) seen: usize,
    /// The last key passed, unless the end was reached.
    pub(in crate::store) next: Option<SessionKey>,
}

/// Reading one cell.
pub(in crate::store) trait Rows {
    fn cell(&self) -> Cell;

    fn meta(&self) -> Result<CellMeta, StoreError>;

    fn session(&self, key: &SessionKey) -> Result<Option<StoredSession>, StoreError>;

    /// Passes at most `limit` sessions after a key and hands out those that are wanted.
    fn sessions_after(
        &self,
        after: Option<&SessionKey>,
        limit: usize,
        wanted: Wanted<'_>,
    ) -> Result<Stretch, StoreError>;

    /// The row of an account: there is one while it has sessions, or a state that says something.
    fn account(&self, realm: &RealmName, id: &AccountId) -> Result<Option<AccountState>, StoreError>;

    /// The sessions of an account, by id, live and ended.
    fn sessions_of(
        &self,
        realm: &RealmName,
        id: &AccountId,
        after: Option<SessionId>,
        limit: usize,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// The rows of accounts, in order of their keys.
    fn accounts_after(
        &self,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, AccountState)>, StoreError>;

    fn realm(&self, realm: &RealmName) -> Result<CellState, StoreError>;

    fn realms(&self) -> Result<Vec<(RealmName, CellState)>, StoreError>;

    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Is there room for new sessions? Ends do not ask.
    fn has_room(&self) -> bool {
        true
    }
}

/// Writing one cell.
pub(in crate::store) trait RowsMut: Rows {
    fn set_meta(&mut self, meta: CellMeta) -> Result<(), StoreError>;

    /// Puts a session in its place, new or changed, and into the index of its account.
    fn put_session(&mut self, session: StoredSession) -> Result<(), StoreError>;

    /// Takes a session out of its place and the index.
    fn remove_session(&mut self, key: &SessionKey, account: Option<&AccountId>) -> Result<(), StoreError>;

    /// Notes a last use that is later than the one that is there.
    fn put_use(&mut self, session: &StoredSession, at: Timestamp) -> Result<(), StoreError>;

    fn put_account(
        &mut self,
        realm: &RealmName,
        id: &AccountId,
        state: &AccountState,
    ) -> Result<(), StoreError>;

    fn remove_account(&mut self, realm: &RealmName, id: &AccountId) -> Result<(), StoreError>;

    fn put_realm(&mut self, realm: &RealmName, state: CellState) -> Result<(), StoreError>;

    /// Writes a log entry; its position is the one after the last.
    fn append(&mut self, entry: Entry) -> Result<(), StoreError>;

    /// Takes the account's name out of the log.
    fn forget_in_log(&mut self, account: &AccountKey) -> Result<(), StoreError>;
}
