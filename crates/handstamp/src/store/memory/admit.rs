//! Sign-in.

use super::cell::CellTable;
use crate::{
    id::SessionId,
    log::Change,
    policy::CapRule,
    reason::{Actor, EndReason, Ending},
    store::{Admission, Admit, SessionKey, StoredSession, StoredState},
    time::Timestamp,
};

impl CellTable {
    pub(super) fn admit(&mut self, admit: Admit) -> Admission {
        let Admit { mut session, epoch, replaced, cap, clocks } = admit;
        let Some(account) = session.account.clone() else { return Admission::StaleTicket };
        let realm = session.key.realm.clone();
        let at = self.clock(session.created_at);
        if let Some(there) = self.sessions.get(&session.key) {
            let own = there.write == session.write;
            return if own { Admission::Admitted { ended: Vec::new() } } else { Admission::Exists };
        }
        let state = self.account_state(&realm, &account);
        if state.held {
            return Admission::Held;
        }
        if state.epoch != epoch {
            return Admission::StaleTicket;
        }

        let old = replaced.map(|replaced| SessionKey::new(realm.clone(), replaced.id));
        if let (Some(replaced), Some(old)) = (replaced, &old) {
            // What was carried may be stale, or of a session that somebody wanted gone.
            let Some(old) = self.sessions.get(old) else { return Admission::Conflict };
            match &old.state {
                StoredState::Ended(ending) if ending.reason == EndReason::Replaced => return Admission::Lost,
                _ if !self.may_be_written(old)
                    || old.data_write != replaced.data_write
                    || old.privilege != replaced.privilege =>
                {
                    return Admission::Conflict;
                }
                _ => {}
            }
        }

        let mut alive = self.alive(&session, old.as_ref(), |other, table| {
            let (account, cell) = table.state_of(other);
            other.is_alive(&account, &cell, &clocks, at)
        });
        let allowed = usize::try_from(cap.sessions).unwrap_or(usize::MAX);
        let above = (alive.len() + 1).saturating_sub(allowed);
        if above > 0 && cap.rule == CapRule::Refuse {
            return Admission::Full;
        }
        alive.sort_unstable();
        let ended: Vec<SessionId> = alive.into_iter().take(above).map(|(_, id)| id).collect();

        // Everything is checked; from here on everything happens.
        for id in &ended {
            let ending = Ending::new(EndReason::Limit, Actor::System, at);
            self.record_end(&SessionKey::new(realm.clone(), *id), ending, at);
        }
        let replaces = session.replaces.or(replaced.map(|replaced| replaced.id));
        if let Some(old) = old {
            let ending = Ending::new(EndReason::Replaced, Actor::Person, at).replaced_by(session.key.id);
            self.record_end(&old, ending, at);
        }
        session.cell_epoch = self.realm_state(&realm).epoch;
        session.account_epoch = epoch;
        let row = self.accounts.entry((realm.clone(), account.clone())).or_default();
        row.state = state;
        row.sessions.insert(session.key.id);
        let change = Change::SignedIn { session: session.key.id, replaces };
        self.sessions.insert(session.key.clone(), session);
        self.write_entry(&realm, Some(account), Actor::Person, at, change);
        Admission::Admitted { ended }
    }

    /// The account's other sessions that are alive, with their proof times; not the replaced one.
    fn alive(
        &self,
        session: &StoredSession,
        old: Option<&SessionKey>,
        is_alive: impl Fn(&StoredSession, &Self) -> bool,
    ) -> Vec<(Timestamp, SessionId)> {
        let realm = &session.key.realm;
        let Some(account) = session.account.clone() else { return Vec::new() };
        let Some(row) = self.accounts.get(&(realm.clone(), account)) else { return Vec::new() };
        let keys = row.sessions.iter().map(|id| SessionKey::new(realm.clone(), *id));
        keys.filter(|key| Some(key) != old)
            .filter_map(|key| self.sessions.get(&key))
            .filter(|other| is_alive(other, self))
            .map(|other| (other.proven_at, other.key.id))
            .collect()
    }
}
