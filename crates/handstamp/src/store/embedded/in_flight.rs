//! Ends that are on their way to the disk.
//!
//! From the moment a group is applied its ends count in this process, before they are acknowledged: a
//! load of such a session waits for the commit instead of letting somebody in by what was committed
//! before. So nobody is let in while the disk is busy writing that they are out, and nobody is told of
//! an end that a crash could take back. If the commit fails nobody can tell any more: the load is an
//! error and the verdict `Unknown`, never a guess.

use std::{
    collections::HashSet,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::watch;

use super::edit::Staged;
use crate::{id::Cell, realm::RealmName, store::SessionKey};

pub(super) struct InFlight {
    /// Is there anything? Read on every load, so without the lock.
    any: AtomicBool,
    ends: RwLock<Ends>,
    /// Counts the groups that are through, whatever became of them.
    settled: watch::Sender<u64>,
}

#[derive(Default)]
struct Ends {
    sessions: HashSet<SessionKey>,
    realms: HashSet<(Cell, RealmName)>,
}

impl InFlight {
    pub(super) fn new() -> Self {
        Self {
            any: AtomicBool::new(false),
            ends: RwLock::new(Ends::default()),
            settled: watch::Sender::new(0),
        }
    }

    /// The ends of a group that has been applied and is about to be committed.
    pub(super) fn announce(&self, staged: &Staged) {
        if staged.ended.is_empty() && staged.realms.is_empty() {
            return;
        }
        let mut ends = self.ends.write().unwrap_or_else(PoisonError::into_inner);
        ends.sessions.extend(staged.ended.iter().cloned());
        ends.realms.extend(staged.realms.iter().cloned());
        self.any.store(true, Ordering::Release);
    }

    /// The group is on disk, and in every view that is handed out from here on.
    pub(super) fn landed(&self) {
        if self.any.load(Ordering::Acquire) {
            *self.ends.write().unwrap_or_else(PoisonError::into_inner) = Ends::default();
            self.any.store(false, Ordering::Release);
            self.settled.send_modify(|groups| *groups += 1);
        }
    }

    /// The group's commit has failed: what was in flight stays in doubt for good.
    pub(super) fn lost(&self) {
        self.settled.send_modify(|groups| *groups += 1);
    }

    /// Tells when the next group is through. Subscribe first, then ask.
    pub(super) fn settled(&self) -> watch::Receiver<u64> {
        self.settled.subscribe()
    }

    /// Is an end of this session on its way?
    pub(super) fn holds(&self, key: &SessionKey) -> bool {
        self.any.load(Ordering::Acquire) && {
            let ends = self.ends.read().unwrap_or_else(PoisonError::into_inner);
            ends.sessions.contains(key) || ends.realms.contains(&(key.cell(), key.realm.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SessionId;

    #[test]
    fn an_end_is_in_flight_from_its_announcement_until_it_has_landed() {
        let key = |cell| {
            let mut bytes = [1; 16];
            bytes[0] = cell;
            SessionKey::new(RealmName::default(), SessionId::from_bytes(bytes))
        };
        let flights = InFlight::new();
        assert!(!flights.holds(&key(1)));
        let mut settled = flights.settled();
        flights.announce(&Staged {
            ended: vec![key(1)],
            realms: vec![(Cell::new(2), RealmName::default())],
            ..Staged::default()
        });
        assert!(flights.holds(&key(1)) && flights.holds(&key(2)) && !flights.holds(&key(3)));
        assert!(!settled.has_changed().unwrap());
        flights.lost();
        assert!(flights.holds(&key(1)), "nobody can tell");
        assert!(settled.has_changed().unwrap());
        settled.mark_unchanged();
        flights.landed();
        assert!(!flights.holds(&key(1)) && !flights.holds(&key(2)));
        assert!(settled.has_changed().unwrap());
    }
}
