//! One cell: its sessions, accounts, realm epochs and log, under one lock.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    ops::Bound,
};

use crate::{
    id::{Cell, SessionId},
    log::{Change, Entry},
    realm::{AccountId, RealmName},
    reason::Actor,
    store::{
        AccountKey, AccountState, CellState, ChangesPage, Epoch, List, ListPage, Loaded, ScanFilter,
        SessionKey, Stats, StoredSession, StoredState,
    },
    time::Timestamp,
};

pub(super) struct CellTable {
    cell: Cell,
    pub(super) sessions: BTreeMap<SessionKey, StoredSession>,
    pub(super) accounts: HashMap<(RealmName, AccountId), Account>,
    pub(super) realms: HashMap<RealmName, CellState>,
    /// The epoch of an account that is not in `accounts`. Above every epoch that was ever erased.
    pub(super) account_floor: Epoch,
    log: VecDeque<Entry>,
    written: u64,
    keep: usize,
    latest: Timestamp,
}

#[derive(Default)]
pub(super) struct Account {
    pub(super) state: AccountState,
    pub(super) sessions: BTreeSet<SessionId>,
}

impl CellTable {
    pub(super) fn new(cell: Cell, keep: usize) -> Self {
        Self {
            cell,
            sessions: BTreeMap::new(),
            accounts: HashMap::new(),
            realms: HashMap::new(),
            account_floor: Epoch::default(),
            log: VecDeque::new(),
            written: 0,
            keep,
            latest: Timestamp::default(),
        }
    }

    /// Store time: never runs backwards within a cell.
    pub(super) fn clock(&mut self, at: Timestamp) -> Timestamp {
        self.latest = self.latest.max(at);
        self.latest
    }

    pub(super) fn head(&self) -> u64 {
        self.written
    }

    pub(super) fn write_entry(
        &mut self,
        realm: &RealmName,
        account: Option<AccountId>,
        by: Actor,
        at: Timestamp,
        change: Change,
    ) {
        self.written += 1;
        self.log.push_back(Entry::new(realm.clone(), self.cell, self.written, at, by, change).of(account));
        while self.log.len() > self.keep {
            self.log.pop_front();
        }
    }

    pub(super) fn forget_in_log(&mut self, account: &AccountKey) {
        for entry in &mut self.log {
            if entry.realm == account.realm && entry.account.as_ref() == Some(&account.id) {
                entry.forget_account();
            }
        }
    }

    pub(super) fn changes(&self, after: u64, limit: usize) -> ChangesPage {
        let first = self.written - self.log.len() as u64 + 1;
        if after + 1 < first || after > self.written {
            return ChangesPage::Behind { resume: self.written };
        }
        let skip = usize::try_from(after + 1 - first).unwrap_or(usize::MAX);
        ChangesPage::Entries(self.log.iter().skip(skip).take(limit).cloned().collect())
    }

    pub(super) fn realm_state(&self, realm: &RealmName) -> CellState {
        self.realms.get(realm).copied().unwrap_or_default()
    }

    pub(super) fn account_state(&self, realm: &RealmName, account: &AccountId) -> AccountState {
        self.accounts.get(&(realm.clone(), account.clone())).map_or_else(
            || AccountState { epoch: self.account_floor, ..AccountState::default() },
            |account| account.state.clone(),
        )
    }

    pub(super) fn state_of(&self, session: &StoredSession) -> (AccountState, CellState) {
        let realm = &session.key.realm;
        let account =
            session.account.as_ref().map(|account| self.account_state(realm, account)).unwrap_or_default();
        (account, self.realm_state(realm))
    }

    /// No recorded end, and no epoch or hold that has ended it.
    pub(super) fn may_be_written(&self, session: &StoredSession) -> bool {
        let (account, cell) = self.state_of(session);
        session.ending(&account, &cell).is_none()
    }

    pub(super) fn load(&self, key: &SessionKey) -> Option<Loaded> {
        let session = self.sessions.get(key)?.clone();
        let (account, cell) = self.state_of(&session);
        Some(Loaded { session, account, cell })
    }

    pub(super) fn list(&self, list: &List) -> ListPage {
        let AccountKey { realm, id, .. } = &list.account;
        let after = list.after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut sessions = Vec::new();
        let mut next = None;
        if let Some(account) = self.accounts.get(&(realm.clone(), id.clone())) {
            for id in account.sessions.range((after, Bound::Unbounded)) {
                if sessions.len() == list.limit {
                    next = sessions.last().map(|session: &StoredSession| session.key.id);
                    break;
                }
                sessions.extend(self.sessions.get(&SessionKey::new(realm.clone(), *id)).cloned());
            }
        }
        ListPage { sessions, next, account: self.account_state(realm, id), cell: self.realm_state(realm) }
    }

    pub(super) fn scan(
        &self,
        filter: ScanFilter,
        after: Option<&SessionKey>,
        limit: usize,
    ) -> (Vec<StoredSession>, Option<SessionKey>) {
        let mut found = Vec::new();
        let mut last = None;
        for (key, session) in self.after(after) {
            if found.len() == limit {
                return (found, last);
            }
            last = Some(key.clone());
            let live = session.state == StoredState::Live;
            let wanted = match filter {
                ScanFilter::All => true,
                ScanFilter::Live => live,
                ScanFilter::Ended => !live,
            };
            if wanted {
                found.push(session.clone());
            }
        }
        (found, None)
    }

    pub(super) fn after(
        &self,
        after: Option<&SessionKey>,
    ) -> impl Iterator<Item = (&SessionKey, &StoredSession)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.sessions.range::<SessionKey, _>((from, Bound::Unbounded))
    }

    pub(super) fn count(&self, stats: &mut Stats) {
        let live = self.sessions.values().filter(|session| session.state == StoredState::Live).count();
        stats.live += live as u64;
        stats.ended += (self.sessions.len() - live) as u64;
        stats.accounts += self.accounts.len() as u64;
        stats.entries += self.log.len() as u64;
    }
}
