//! One cell's part of the cache, under one lock: its sessions, its loads under way, and how far its log
//! has been applied.

use std::sync::{
    Arc, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use super::{
    entries::Entries,
    flights::{Answer, Boarding, Flights},
};
use crate::{
    id::Cell,
    realm::RealmName,
    store::{AccountKey, Loaded, SessionKey, StoredState, Touch},
    sync::{Mutex, MutexGuard},
};

/// A shard with its lock, and the counts that are known only after it is given back.
pub(super) struct Place {
    shard: Mutex<Shard>,
    pub(super) hits: AtomicU64,
    pub(super) misses: AtomicU64,
    /// The session was here and nobody could vouch for it.
    pub(super) unproven: AtomicU64,
}

pub(super) struct Shard {
    /// The log has been applied up to here. `None` while no feed is followed: then nothing is kept.
    applied: Option<u64>,
    pub(super) entries: Entries,
    pub(super) flights: Flights,
    pub(super) counts: Counts,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) joined: u64,
    pub(super) discarded: u64,
    pub(super) evicted: u64,
    pub(super) invalidated: u64,
}

/// What a change may concern.
#[derive(Clone, Debug)]
pub(super) enum Scope {
    Nothing,
    /// These, all of one cell.
    Sessions(Vec<SessionKey>),
    /// All of an account.
    Account(AccountKey),
    /// All of a realm in one cell.
    Realm(RealmName, Cell),
    Everything,
}

impl Scope {
    pub(super) fn session(key: &SessionKey) -> Self {
        Self::Sessions(vec![key.clone()])
    }

    /// The cell that holds all of it, if one does.
    pub(super) fn cell(&self) -> Option<Cell> {
        match self {
            Self::Sessions(keys) => keys.first().map(SessionKey::cell),
            Self::Account(account) => Some(account.cell),
            Self::Realm(_, cell) => Some(*cell),
            Self::Nothing | Self::Everything => None,
        }
    }
}

impl Place {
    pub(super) fn new(budget: usize) -> Self {
        let shard = Shard {
            applied: None,
            entries: Entries::new(budget),
            flights: Flights::default(),
            counts: Counts::default(),
        };
        let [hits, misses, unproven] = std::array::from_fn(|_| AtomicU64::new(0));
        Self { shard: Mutex::new(shard), hits, misses, unproven }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Shard> {
        self.shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count_recall(&self, found: bool, fresh: bool) {
        let count = match (found, fresh) {
            (true, true) => &self.hits,
            (true, false) => &self.unproven,
            (false, _) => &self.misses,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

impl Shard {
    pub(super) fn recall(&mut self, key: &SessionKey) -> Option<Arc<Loaded>> {
        self.entries.get(key)
    }

    /// Begins a load, or says which one to wait for.
    pub(super) fn board(&mut self, key: &SessionKey, came: u64) -> Boarding {
        let boarding = self.flights.board(key, came);
        self.counts.joined += u64::from(matches!(boarding, Boarding::Join(_)));
        boarding
    }

    /// Ends a load: what it brought is told to those who joined, and kept, unless something has changed
    /// since it began. Absence is not kept: it ends when somebody signs in, and no log entry names a
    /// session that nobody knows.
    pub(super) fn land(&mut self, key: &SessionKey, number: u64, answer: &Answer) {
        let Some(joined) = self.flights.land(key, number) else {
            self.counts.discarded += 1;
            return;
        };
        joined.send_replace(Some(answer.clone()));
        if let Ok(Some(loaded)) = answer
            && self.applied.is_some()
            && loaded.session.key == *key
        {
            self.counts.evicted += self.entries.put(loaded.clone()) as u64;
        }
    }

    /// Raises a last use. It only grows, and it is in no log: nothing is dropped for it.
    pub(super) fn touched(&mut self, touch: &Touch) {
        self.entries.change(&touch.key, |loaded| {
            if loaded.session.state == StoredState::Live {
                loaded.session.last_use = loaded.session.last_use.max(touch.at);
            }
        });
    }

    /// Takes out what a change may concern, and spoils the loads of it that are under way.
    pub(super) fn forget(&mut self, scope: &Scope) {
        let removed = match scope {
            Scope::Nothing => 0,
            Scope::Sessions(keys) => {
                for key in keys {
                    self.flights.spoil(key);
                }
                keys.iter().map(|key| self.entries.remove(key)).sum()
            }
            Scope::Account(account) => {
                self.flights.spoil_all();
                self.entries.remove_where(|loaded| {
                    let session = &loaded.session;
                    session.key.realm == account.realm && session.account.as_ref() == Some(&account.id)
                })
            }
            Scope::Realm(realm, _) => {
                self.flights.spoil_all();
                self.entries.remove_where(|loaded| loaded.session.key.realm == *realm)
            }
            Scope::Everything => {
                self.flights.spoil_all();
                self.entries.clear()
            }
        };
        self.counts.invalidated += removed as u64;
    }

    pub(super) fn applied(&self) -> Option<u64> {
        self.applied
    }

    pub(super) fn set_applied(&mut self, position: u64) {
        self.applied = Some(position);
    }

    /// Begins anew at this position of the log: what was here before may be older. `None`: nobody follows.
    pub(super) fn begin_anew(&mut self, applied: Option<u64>) {
        self.forget(&Scope::Everything);
        self.applied = applied;
    }
}
