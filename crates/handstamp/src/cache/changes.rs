//! What an entry of the change log means for the cache.

use super::shard::{Scope, Shard};
use crate::{
    id::SessionId,
    log::{Change, Entry},
    store::{AccountKey, SessionKey},
};

impl Shard {
    /// Applies what follows in this cell's log. Entries that do not follow one another hide something:
    /// then everything goes.
    pub(super) fn apply(&mut self, entries: &[Entry]) {
        for entry in entries {
            if self.applied().is_none_or(|applied| applied + 1 != entry.position) {
                self.forget(&Scope::Everything);
            } else {
                self.apply_one(entry);
            }
            self.set_applied(entry.position);
        }
    }

    fn apply_one(&mut self, entry: &Entry) {
        match &entry.change {
            // No wildcard: whoever invents a kind has to say here what it means.
            Change::Began { session }
            | Change::ReplacementFinished { session }
            | Change::Edited { session }
            | Change::Renewed { session }
            | Change::Presented { session }
            | Change::Settled { session }
            | Change::SteppedUp { session }
            | Change::Authorised { session }
            | Change::Ended { session, .. } => self.forget(&Scope::Sessions(vec![key(entry, *session)])),
            Change::SignedIn { session, replaces } => {
                self.forget(&Scope::Sessions(vec![key(entry, *session)]));
                // In another cell, it ends there by an entry of its own.
                if let Some(replaced) = replaces.filter(|replaced| replaced.cell() == entry.cell) {
                    self.forget(&Scope::Sessions(vec![key(entry, replaced)]));
                }
            }
            Change::AccountEnded { sessions, .. }
            | Change::CredentialsChanged { sessions, .. }
            | Change::AccountHeld { sessions }
            | Change::AccountErased { sessions } => self.apply_to_account(entry, sessions),
            Change::AccountReleased => self.apply_to_account(entry, &[]),
            Change::RealmEnded => self.forget(&Scope::Realm(entry.realm.clone(), entry.cell)),
            Change::Later => self.forget(&Scope::Everything),
        }
    }

    /// The account's state is part of what is cached of each of its sessions, also of those that the
    /// entry does not name.
    fn apply_to_account(&mut self, entry: &Entry, sessions: &[SessionId]) {
        let Some(account) = &entry.account else {
            // Erased since: whose sessions they were is not said any more.
            self.forget(&Scope::Everything);
            return;
        };
        let account = AccountKey { realm: entry.realm.clone(), id: account.clone(), cell: entry.cell };
        self.forget(&Scope::Account(account));
        self.forget(&Scope::Sessions(sessions.iter().map(|session| key(entry, *session)).collect()));
    }
}

fn key(entry: &Entry, session: SessionId) -> SessionKey {
    SessionKey::new(entry.realm.clone(), session)
}
