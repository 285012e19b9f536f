//! Ending what has run out and forgetting what was kept long enough.

use std::collections::HashMap;

use super::cell::CellTable;
use crate::{
    id::SessionId,
    realm::{AccountId, RealmName},
    reason::{Actor, Ending},
    store::{SessionKey, StoredState, Sweep, Swept},
    time::Timestamp,
};

/// By account: the oldest end that is kept, if there are more.
type Kept = HashMap<AccountId, Option<(Timestamp, SessionId)>>;

impl CellTable {
    pub(super) fn sweep(&mut self, sweep: &Sweep, after: Option<&SessionKey>) -> (Swept, Option<SessionKey>) {
        let at = self.clock(sweep.at);
        let keys: Vec<SessionKey> = self.after(after).take(sweep.limit).map(|(key, _)| key.clone()).collect();
        let mut swept = Swept { seen: keys.len(), ..Swept::default() };
        let next = (keys.len() == sweep.limit).then(|| keys.last().cloned()).flatten();
        let mut kept = Kept::new();
        for key in keys.into_iter().filter(|key| key.realm == sweep.realm) {
            self.sweep_one(sweep, key, at, &mut kept, &mut swept);
        }
        (swept, next)
    }

    fn sweep_one(
        &mut self,
        sweep: &Sweep,
        key: SessionKey,
        at: Timestamp,
        kept: &mut Kept,
        swept: &mut Swept,
    ) {
        let Some(session) = self.sessions.get(&key) else { return };
        if let StoredState::Ended(ending) = &session.state {
            if at.since(ending.at) >= sweep.ended_retention || self.is_surplus(sweep, &key, kept) {
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

    /// Is this ended session beyond what is kept for its account? The newest ends are kept. Counted
    /// once per account and step.
    fn is_surplus(&self, sweep: &Sweep, key: &SessionKey, kept: &mut Kept) -> bool {
        let Some(session) = self.sessions.get(key) else { return false };
        let (StoredState::Ended(ending), Some(account)) = (&session.state, &session.account) else {
            return false;
        };
        let oldest = *kept.entry(account.clone()).or_insert_with(|| self.oldest_kept(sweep, account));
        oldest.is_some_and(|oldest| (ending.at, key.id) < oldest)
    }

    /// The oldest end that is kept for an account, if it has more than are kept.
    fn oldest_kept(&self, sweep: &Sweep, account: &AccountId) -> Option<(Timestamp, SessionId)> {
        let row = self.accounts.get(&(sweep.realm.clone(), account.clone()))?;
        let keys = row.sessions.iter().map(|id| SessionKey::new(sweep.realm.clone(), *id));
        let ends = keys.filter_map(|key| match &self.sessions.get(&key)?.state {
            StoredState::Ended(ending) => Some((ending.at, key.id)),
            StoredState::Live => None,
        });
        let mut ends: Vec<_> = ends.collect();
        if ends.len() <= sweep.ended_per_account {
            return None;
        }
        ends.sort_unstable_by(|one, other| other.cmp(one));
        // With nothing kept, every end is older than the end of time.
        let last = sweep.ended_per_account.checked_sub(1);
        last.map_or(Some((Timestamp::from_millis(u64::MAX), ends[0].1)), |last| ends.get(last).copied())
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
