//! Accounts: credential changes, hold, release, erasure.

use super::cell::CellTable;
use crate::{
    id::SessionId,
    log::Change,
    reason::{EndReason, Ending},
    store::{AccountChange, AccountKey, AccountOutcome, AccountState, AccountWork, Kept, SessionKey},
    time::Timestamp,
};

impl CellTable {
    pub(super) fn account(&mut self, change: &AccountChange) -> AccountOutcome {
        let account = &change.account;
        let at = self.clock(change.at);
        let ending = |reason| Ending::new(reason, change.by, at);
        match &change.work {
            AccountWork::Read => self.done(account, Vec::new()),
            AccountWork::CredentialsChanged { keep } => self.credentials_changed(change, keep.as_ref(), at),
            AccountWork::Hold => {
                if self.account_state(&account.realm, &account.id).held {
                    return self.done(account, Vec::new());
                }
                let ended = self.end_silently(account, None, &ending(EndReason::AccountHeld));
                self.move_on(account, at, true);
                self.tell(change, at, Change::AccountHeld { sessions: ended.clone() });
                self.done(account, ended)
            }
            AccountWork::Release => {
                if !self.account_state(&account.realm, &account.id).held {
                    return self.done(account, Vec::new());
                }
                // Sessions that a hold ended by its mere existence stay dead: the epoch goes up.
                self.move_on(account, at, false);
                self.tell(change, at, Change::AccountReleased);
                self.done(account, Vec::new())
            }
            AccountWork::Erase => {
                let ended = self.erase(account);
                // Written after the account's name has left the log: it must not come back by this entry.
                self.write_entry(
                    &account.realm,
                    None,
                    change.by,
                    at,
                    Change::AccountErased { sessions: ended.clone() },
                );
                self.done(account, ended)
            }
        }
    }

    fn credentials_changed(
        &mut self,
        change: &AccountChange,
        keep: Option<&Kept>,
        at: Timestamp,
    ) -> AccountOutcome {
        let account = &change.account;
        if let Some(kept) = keep {
            let Some(session) = self.sessions.get(&SessionKey::new(account.realm.clone(), kept.id)) else {
                return AccountOutcome::Gone;
            };
            if session.account.as_ref() != Some(&account.id) || !self.may_be_written(session) {
                return AccountOutcome::Gone;
            }
            if session.write == kept.write {
                return self.done(account, Vec::new());
            }
            if session.write != kept.seen {
                return AccountOutcome::Conflict;
            }
        }
        let kept_id = keep.map(|kept| kept.id);
        let ending = Ending::new(EndReason::CredentialsChanged, change.by, at);
        let ended = self.end_silently(account, kept_id, &ending);
        let held = self.account_state(&account.realm, &account.id).held;
        let state = self.move_on(account, at, held);
        if let Some(kept) = keep
            && let Some(session) = self.sessions.get_mut(&SessionKey::new(account.realm.clone(), kept.id))
        {
            session.account_epoch = state.epoch;
            session.privilege = session.privilege.next();
            session.unsettled = true;
            session.write = kept.write;
            session.body = kept.body.clone();
        }
        self.tell(change, at, Change::CredentialsChanged { sessions: ended.clone(), kept: kept_id });
        self.done(account, ended)
    }

    /// Forgets the account with everything that was its own.
    fn erase(&mut self, account: &AccountKey) -> Vec<SessionId> {
        let AccountKey { realm, id, .. } = account;
        self.account_floor = self.account_floor.max(self.account_state(realm, id).epoch).next();
        let sessions =
            self.accounts.remove(&(realm.clone(), id.clone())).map(|row| row.sessions).unwrap_or_default();
        for id in &sessions {
            self.sessions.remove(&SessionKey::new(realm.clone(), *id));
        }
        self.forget_in_log(account);
        sessions.into_iter().collect()
    }

    /// The account's next epoch: voids every sign-in that has begun.
    fn move_on(&mut self, account: &AccountKey, at: Timestamp, held: bool) -> AccountState {
        let AccountKey { realm, id, .. } = account;
        let state = self.account_state(realm, id);
        let row = self.accounts.entry((realm.clone(), id.clone())).or_default();
        row.state = AccountState { epoch: state.epoch.next(), held, changed_at: at };
        row.state.clone()
    }

    fn tell(&mut self, change: &AccountChange, at: Timestamp, what: Change) {
        let account = &change.account;
        self.write_entry(&account.realm, Some(account.id.clone()), change.by, at, what);
    }

    fn done(&self, account: &AccountKey, ended: Vec<SessionId>) -> AccountOutcome {
        AccountOutcome::Done { state: self.account_state(&account.realm, &account.id), ended }
    }
}
