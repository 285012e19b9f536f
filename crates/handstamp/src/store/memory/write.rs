//! Creating, committing, renewing, touching and ending.

use super::cell::CellTable;
use crate::{
    id::SessionId,
    log::Change,
    realm::RealmName,
    reason::{Actor, Ending},
    store::{
        AccountKey, Commit, Condition, CreateOutcome, EndOutcome, Renew, SessionKey, StoredSession,
        StoredState, Touch, WriteOutcome,
    },
    time::Timestamp,
};

impl CellTable {
    pub(super) fn create(&mut self, mut session: StoredSession) -> CreateOutcome {
        if let Some(there) = self.sessions.get(&session.key) {
            return if there.write == session.write { CreateOutcome::Done } else { CreateOutcome::Exists };
        }
        let at = self.clock(session.created_at);
        session.cell_epoch = self.realm_state(&session.key.realm).epoch;
        let began = Change::Began { session: session.key.id };
        self.write_entry(&session.key.realm.clone(), None, Actor::Person, at, began);
        self.sessions.insert(session.key.clone(), session);
        CreateOutcome::Done
    }

    pub(super) fn commit(&mut self, commit: Commit) -> WriteOutcome {
        let at = self.clock(commit.at);
        let Some(session) = self.sessions.get(&commit.key) else { return WriteOutcome::Gone };
        if !self.may_be_written(session) {
            return WriteOutcome::Gone;
        }
        if session.data_write == commit.write {
            return WriteOutcome::Done;
        }
        if session.privilege != commit.privilege {
            return WriteOutcome::Superseded;
        }
        if session.data_write != commit.seen {
            return WriteOutcome::Conflict;
        }
        self.change(&commit.key, Actor::Person, at, Change::Edited { session: commit.key.id }, |session| {
            session.data_write = commit.write;
            session.data = commit.data;
        });
        WriteOutcome::Done
    }

    pub(super) fn renew(&mut self, renew: Renew) -> WriteOutcome {
        let at = self.clock(renew.at);
        let Some(session) = self.sessions.get(&renew.key) else { return WriteOutcome::Gone };
        if !self.may_be_written(session) {
            return WriteOutcome::Gone;
        }
        if session.write == renew.write {
            return WriteOutcome::Done;
        }
        if session.write != renew.seen {
            return WriteOutcome::Conflict;
        }
        self.change(&renew.key, renew.by, at, renew.change, |session| {
            session.write = renew.write;
            session.body = renew.body;
            if let Some(proven_at) = renew.proven_at {
                session.proven_at = proven_at;
                session.last_use = session.last_use.max(at);
            }
            session.unsettled = renew.unsettled;
            if renew.raises_privilege {
                session.privilege = session.privilege.next();
            }
            if renew.replacement_finished {
                session.replaces = None;
            }
        });
        WriteOutcome::Done
    }

    pub(super) fn touch(&mut self, touch: &Touch) {
        if self.sessions.get(&touch.key).is_some_and(|session| self.may_be_written(session))
            && let Some(session) = self.sessions.get_mut(&touch.key)
        {
            session.last_use = session.last_use.max(touch.at);
        }
    }

    pub(super) fn end_one(&mut self, key: &SessionKey, condition: Condition, ending: &Ending) -> EndOutcome {
        let at = self.clock(ending.at);
        let Some(session) = self.sessions.get(key) else { return EndOutcome::Unknown };
        if let StoredState::Ended(earlier) = &session.state {
            return EndOutcome::AlreadyEnded(earlier.clone());
        }
        let holds = match condition {
            Condition::Always => true,
            Condition::AtWrite(write) => session.write == write,
            Condition::AtData(write) => session.data_write == write,
            Condition::AtPrivilege(privilege) => session.privilege == privilege,
            Condition::Expired(clocks) => session.expired(&clocks, at).is_some(),
        };
        if !holds {
            return EndOutcome::Conflict;
        }
        // An epoch or a hold came first: what it said stays the reason.
        let (account, cell) = self.state_of(session);
        let ending = session.ending(&account, &cell).unwrap_or_else(|| Ending { at, ..ending.clone() });
        self.record_end(key, ending, at);
        EndOutcome::Ended(vec![key.id])
    }

    pub(super) fn end_account(
        &mut self,
        account: &AccountKey,
        kept: Option<SessionId>,
        ending: &Ending,
    ) -> Vec<SessionId> {
        let at = self.clock(ending.at);
        let sessions = self.end_silently(account, kept, &Ending { at, ..ending.clone() });
        if !sessions.is_empty() {
            let change = Change::AccountEnded { reason: ending.reason, sessions: sessions.clone(), kept };
            self.write_entry(&account.realm, Some(account.id.clone()), ending.by, at, change);
        }
        sessions
    }

    pub(super) fn end_realm(&mut self, realm: &RealmName, ending: &Ending) {
        let at = self.clock(ending.at);
        let state = self.realms.entry(realm.clone()).or_default();
        state.epoch = state.epoch.next();
        state.ended_at = at;
        self.write_entry(realm, None, ending.by, at, Change::RealmEnded);
    }

    /// Ends sessions of an account whose ends one entry of the caller's will tell.
    pub(super) fn end_silently(
        &mut self,
        account: &AccountKey,
        kept: Option<SessionId>,
        ending: &Ending,
    ) -> Vec<SessionId> {
        let AccountKey { realm, id, .. } = account;
        let Some(row) = self.accounts.get(&(realm.clone(), id.clone())) else { return Vec::new() };
        let mut ended = Vec::new();
        for id in &row.sessions {
            if let Some(session) = self.sessions.get_mut(&SessionKey::new(realm.clone(), *id))
                && kept != Some(*id)
                && session.state == StoredState::Live
            {
                session.end(ending.clone());
                ended.push(*id);
            }
        }
        ended
    }

    /// Records one end with its entry.
    pub(super) fn record_end(&mut self, key: &SessionKey, ending: Ending, at: Timestamp) {
        let change = Change::Ended { session: key.id, ending: ending.clone() };
        self.change(key, ending.by, at, change, |session| session.end(ending));
    }

    /// Changes one session and writes the entry.
    fn change(
        &mut self,
        key: &SessionKey,
        by: Actor,
        at: Timestamp,
        change: Change,
        apply: impl FnOnce(&mut StoredSession),
    ) {
        if let Some(session) = self.sessions.get_mut(key) {
            apply(session);
            let account = session.account.clone();
            self.write_entry(&key.realm, account, by, at, change);
        }
    }
}
