//! One cell: its sessions, accounts, realm epochs and log, under one lock.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Bound,
};

use crate::{
    id::{Cell, SessionId},
    log::Entry,
    realm::{AccountId, RealmName},
    store::{
        AccountKey, AccountState, CellState, SessionKey, Stats, StoreError, StoredSession, StoredState,
        local::{CellMeta, Glance, Rows, RowsMut, Stretch, Wanted},
    },
    time::Timestamp,
};

pub(super) struct CellTable {
    cell: Cell,
    meta: CellMeta,
    sessions: BTreeMap<SessionKey, StoredSession>,
    accounts: BTreeMap<(RealmName, AccountId), AccountState>,
    index: BTreeMap<(RealmName, AccountId), BTreeSet<SessionId>>,
    realms: BTreeMap<RealmName, CellState>,
    log: VecDeque<Entry>,
    keep: usize,
}

impl CellTable {
    pub(super) fn new(cell: Cell, keep: usize) -> Self {
        Self {
            cell,
            meta: CellMeta { first: 1, ..CellMeta::default() },
            sessions: BTreeMap::new(),
            accounts: BTreeMap::new(),
            index: BTreeMap::new(),
            realms: BTreeMap::new(),
            log: VecDeque::new(),
            keep,
        }
    }

    pub(super) fn head(&self) -> u64 {
        self.meta.written
    }

    pub(super) fn count(&self, stats: &mut Stats) {
        let live = self.sessions.values().filter(|session| session.state == StoredState::Live).count();
        stats.live += live as u64;
        stats.ended += (self.sessions.len() - live) as u64;
        stats.accounts += self.accounts.len() as u64;
        stats.entries += self.log.len() as u64;
    }
}

impl Rows for CellTable {
    fn cell(&self) -> Cell {
        self.cell
    }

    fn meta(&self) -> Result<CellMeta, StoreError> {
        Ok(self.meta)
    }

    fn session(&self, key: &SessionKey) -> Result<Option<StoredSession>, StoreError> {
        Ok(self.sessions.get(key).cloned())
    }

    fn sessions_after(
        &self,
        after: Option<&SessionKey>,
        limit: usize,
        wanted: Wanted<'_>,
    ) -> Result<Stretch, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut stretch = Stretch { sessions: Vec::new(), seen: 0, next: None };
        for (key, session) in self.sessions.range::<SessionKey, _>((from, Bound::Unbounded)).take(limit) {
            stretch.seen += 1;
            if stretch.seen == limit {
                stretch.next = Some(key.clone());
            }
            if wanted(&Glance::of(session)) {
                stretch.sessions.push(session.clone());
            }
        }
        Ok(stretch)
    }

    fn account(&self, realm: &RealmName, id: &AccountId) -> Result<Option<AccountState>, StoreError> {
        Ok(self.accounts.get(&(realm.clone(), id.clone())).cloned())
    }

    fn sessions_of(
        &self,
        realm: &RealmName,
        id: &AccountId,
        after: Option<SessionId>,
        limit: usize,
    ) -> Result<Vec<SessionId>, StoreError> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let sessions = self.index.get(&(realm.clone(), id.clone()));
        Ok(sessions.map_or_else(Vec::new, |sessions| {
            sessions.range((after, Bound::Unbounded)).take(limit).copied().collect()
        }))
    }

    fn accounts_after(
        &self,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, AccountState)>, StoreError> {
        let after = after.map(|key| (key.realm.clone(), key.id.clone()));
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.accounts.range((from, Bound::Unbounded)).take(limit);
        let key = |(realm, id): &(RealmName, AccountId)| AccountKey {
            realm: realm.clone(),
            id: id.clone(),
            cell: self.cell,
        };
        Ok(rows.map(|(row, state)| (key(row), state.clone())).collect())
    }

    fn realm(&self, realm: &RealmName) -> Result<CellState, StoreError> {
        Ok(self.realms.get(realm).copied().unwrap_or_default())
    }

    fn realms(&self) -> Result<Vec<(RealmName, CellState)>, StoreError> {
        Ok(self.realms.iter().map(|(realm, state)| (realm.clone(), *state)).collect())
    }

    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let skip = usize::try_from((after + 1).saturating_sub(self.meta.first)).unwrap_or(usize::MAX);
        Ok(self.log.iter().skip(skip).take(limit).cloned().collect())
    }
}

impl RowsMut for CellTable {
    fn set_meta(&mut self, meta: CellMeta) -> Result<(), StoreError> {
        self.meta = meta;
        Ok(())
    }

    fn put_session(&mut self, session: StoredSession) -> Result<(), StoreError> {
        if let Some(account) = &session.account {
            let row = self.index.entry((session.key.realm.clone(), account.clone())).or_default();
            row.insert(session.key.id);
        }
        self.sessions.insert(session.key.clone(), session);
        Ok(())
    }

    fn remove_session(&mut self, key: &SessionKey, account: Option<&AccountId>) -> Result<(), StoreError> {
        self.sessions.remove(key);
        if let Some(account) = account {
            let row = (key.realm.clone(), account.clone());
            if let Some(sessions) = self.index.get_mut(&row) {
                sessions.remove(&key.id);
                if sessions.is_empty() {
                    self.index.remove(&row);
                }
            }
        }
        Ok(())
    }

    fn put_use(&mut self, session: &StoredSession, at: Timestamp) -> Result<(), StoreError> {
        if let Some(session) = self.sessions.get_mut(&session.key) {
            session.last_use = session.last_use.max(at);
        }
        Ok(())
    }

    fn put_account(
        &mut self,
        realm: &RealmName,
        id: &AccountId,
        state: &AccountState,
    ) -> Result<(), StoreError> {
        self.accounts.insert((realm.clone(), id.clone()), state.clone());
        Ok(())
    }

    fn remove_account(&mut self, realm: &RealmName, id: &AccountId) -> Result<(), StoreError> {
        self.accounts.remove(&(realm.clone(), id.clone()));
        Ok(())
    }

    fn put_realm(&mut self, realm: &RealmName, state: CellState) -> Result<(), StoreError> {
        self.realms.insert(realm.clone(), state);
        Ok(())
    }

    fn append(&mut self, entry: Entry) -> Result<(), StoreError> {
        self.meta.written = entry.position;
        self.log.push_back(entry);
        while self.log.len() > self.keep {
            self.log.pop_front();
            self.meta.first += 1;
        }
        Ok(())
    }

    fn forget_in_log(&mut self, account: &AccountKey) -> Result<(), StoreError> {
        for entry in &mut self.log {
            if entry.realm == account.realm && entry.account.as_ref() == Some(&account.id) {
                entry.forget_account();
            }
        }
        Ok(())
    }
}
