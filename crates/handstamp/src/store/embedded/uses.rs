//! Last uses on their way to the disk.
//!
//! A last use needs no sync of its own: it is believed from memory at once, rides along with the next
//! group, and waits for one at most [`LATEST`]. A crash loses what is younger than that, so a session
//! may end that much early (promise 7 allows two seconds); it never ends late for it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    store::{SessionKey, Touch},
    time::Timestamp,
};

/// How long a last use waits for a group to ride along with.
pub(super) const LATEST: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Uses {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    waiting: HashMap<SessionKey, Timestamp>,
    /// Part of the group that is being committed.
    writing: HashMap<SessionKey, Timestamp>,
}

impl Uses {
    /// Takes uses in. Was nothing waiting before?
    pub(super) fn note(&self, touches: &[Touch]) -> bool {
        let mut inner = self.inner();
        let first = inner.waiting.is_empty();
        for touch in touches {
            let at = inner.waiting.entry(touch.key.clone()).or_default();
            *at = touch.at.max(*at);
        }
        first && !inner.waiting.is_empty()
    }

    /// The last use of a session, if it is on its way.
    pub(super) fn of(&self, key: &SessionKey) -> Option<Timestamp> {
        let inner = self.inner();
        inner.waiting.get(key).max(inner.writing.get(key)).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.inner().waiting.is_empty()
    }

    /// Hands out at most `limit` for the group that is about to be written. Until the group is
    /// [`settled`](Self::settle) they are still known here.
    pub(super) fn take(&self, limit: usize) -> Vec<(SessionKey, Timestamp)> {
        let mut inner = self.inner();
        if inner.waiting.len() <= limit {
            inner.writing = std::mem::take(&mut inner.waiting);
        } else {
            let keys: Vec<_> = inner.waiting.keys().take(limit).cloned().collect();
            inner.writing = keys.into_iter().filter_map(|key| inner.waiting.remove_entry(&key)).collect();
        }
        inner.writing.iter().map(|(key, at)| (key.clone(), *at)).collect()
    }

    /// The group is on disk, or it is not and what it held waits again.
    pub(super) fn settle(&self, written: bool) {
        let mut inner = self.inner();
        let writing = std::mem::take(&mut inner.writing);
        if !written {
            for (key, at) in writing {
                let there = inner.waiting.entry(key).or_default();
                *there = at.max(*there);
            }
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{Cell, SessionId},
        realm::RealmName,
    };

    fn touch(number: u8, at: u64) -> Touch {
        let mut bytes = [0; 16];
        bytes[15] = number;
        let key = SessionKey::new(RealmName::default(), SessionId::from_bytes(bytes));
        assert_eq!(key.cell(), Cell::new(0));
        Touch { key, at: Timestamp::from_millis(at) }
    }

    #[test]
    fn a_use_is_known_until_its_group_is_on_disk_and_longer_if_it_is_not() {
        let uses = Uses::default();
        assert!(uses.note(&[touch(1, 10), touch(1, 8), touch(2, 5)]));
        assert!(!uses.note(&[touch(3, 1)]));
        let known = |number| uses.of(&touch(number, 0).key).map(Timestamp::as_millis);
        assert_eq!(uses.take(10).len(), 3);
        assert!(uses.is_empty());
        assert_eq!(known(1), Some(10));
        uses.note(&[touch(1, 12)]);
        assert_eq!(known(1), Some(12));
        uses.settle(false);
        assert_eq!((known(1), known(2)), (Some(12), Some(5)));
        assert_eq!(uses.take(2).len(), 2);
        uses.settle(true);
        assert_eq!(uses.take(2).len(), 1);
        uses.settle(true);
        assert_eq!((known(1), known(2), known(3)), (None, None, None));
    }
}
