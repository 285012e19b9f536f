//! Ending what has run out and forgetting what was kept long enough.

use super::cell::CellTable;
use crate::{
    realm::{AccountId, RealmName},
    reason::{Actor, Ending},
    store::{SessionKey, StoredState, Sweep, Swept},
    time::Timestamp,
};

impl CellTable {
    pub(super) fn sweep(&mut self, sweep: &Sweep, after: Option<&SessionKey>) -> (Swept, Option<SessionKey>) {
        let at = self.clock(sweep.at);
        let keys: Vec<SessionKey> = self.after(after).take(sweep.limit).map(|(key, _)| key.clone()).collect();
        let mut swept = Swept { seen: keys.len(), ..Swept::default() };
        let next = (keys.len() == sweep.limit).then(|| keys.last().cloned()).flatten();
        for key in keys.into_iter().filter(|key| key.realm == sweep.realm) {
            self.sweep_one(sweep, key, at, &mut swept);
        }
        (swept, next)
    }

    fn sweep_one(&mut self, sweep: &Sweep, key: SessionKey, at: Timestamp, swept: &mut Swept) {
        let Some(session) = self.sessions.get(&key) else { return };
        if let StoredState::Ended(ending) = &session.state {
            if at.since(ending.at) >= sweep.ended_retention || self.is_surplus(sweep, &key) {
                self.forget(&key);
                swept.forgotten += 1;
            }
            return;
        }
        let (account, cell) = self.state_of(session);
        let expired = session.expired(&sweep.clocks, at).map(|reason| Ending::new(reason, Actor::System, at));
        if let Some(ending) = session.ending(&account, &cell).or(expired) {
            self.record_end(&key, ending.clone(), at);
            swept.ended.push((key, ending));
        } else if session.replaces.is_some() {
            swept.unfinished.push(key);
        } else if session.unsettled {
            swept.unsettled.push(key);
        }
    }

    /// Is this ended session beyond what is kept for its account? The newest ends are kept.
    fn is_surplus(&self, sweep: &Sweep, key: &SessionKey) -> bool {
        let Some(session) = self.sessions.get(key) else { return false };
        let (StoredState::Ended(ending), Some(account)) = (&session.state, &session.account) else {
            return false;
        };
        let Some(row) = self.accounts.get(&(key.realm.clone(), account.clone())) else { return false };
        let newer =
            row.sessions.iter().filter_map(|id| self.sessions.get(&SessionKey::new(key.realm.clone(), *id)));
        let newer = newer.filter(|other| match &other.state {
            StoredState::Ended(other_ending) => (other_ending.at, other.key.id) > (ending.at, key.id),
            StoredState::Live => false,
        });
        newer.count() >= sweep.ended_per_account
    }

    fn forget(&mut self, key: &SessionKey) {
        if let Some(account) = self.sessions.remove(key).and_then(|session| session.account) {
            self.forget_account_row(&key.realm, &account, key);
        }
    }

    /// An account without sessions is forgotten too, unless its state says something.
    fn forget_account_row(&mut self, realm: &RealmName, account: &AccountId, key: &SessionKey) {
        let floor = self.account_floor;
        if let Some(row) = self.accounts.get_mut(&(realm.clone(), account.clone())) {
            row.sessions.remove(&key.id);
            if row.sessions.is_empty() && !row.state.held && row.state.epoch <= floor {
                self.accounts.remove(&(realm.clone(), account.clone()));
            }
        }
    }
}
