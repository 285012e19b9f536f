//! Coalescing last uses: at most one write per session per touch interval and process, and nothing
//! forgotten in between.
//!
//! The first use in an interval is written before the answer. Later ones in the same interval are
//! held here, count in every verdict of this process, and are written by the next use, the next sweep
//! or [`Sessions::flush`], so that only a crash can make a session end earlier than its last use says
//! (promise 7).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::Sessions;
use crate::{
    id::SessionId,
    policy::Policy,
    store::{StoreError, StoredSession, Touch},
    time::Timestamp,
};

/// Sessions whose uses are held at most; beyond, every use is written at once.
const HELD: usize = 8192;

/// The last uses that this process knows of.
#[derive(Default)]
pub(super) struct LastUses {
    known: Mutex<HashMap<SessionId, Known>>,
}

#[derive(Clone, Copy)]
struct Known {
    /// What the store has, or will have once the write under way is through.
    written: Timestamp,
    /// The last use.
    used: Timestamp,
}

impl LastUses {
    /// Notes a use of a session whose stored one is `stored`. Is it this caller's to write? Only the
    /// first in each interval is.
    fn note(&self, id: SessionId, stored: Timestamp, now: Timestamp, interval: Duration) -> bool {
        let mut known = self.known();
        if known.len() >= HELD && !known.contains_key(&id) {
            known.retain(|_, there| there.used > there.written || now.since(there.written) < interval);
            if known.len() >= HELD {
                return true;
            }
        }
        let there = known.entry(id).or_insert(Known { written: stored, used: stored });
        there.written = there.written.max(stored);
        there.used = there.used.max(now);
        let due = now.since(there.written) >= interval;
        if due {
            there.written = there.used;
        }
        due
    }

    /// A write failed: what it held is still to be written.
    fn take_back(&self, id: SessionId) {
        if let Some(there) = self.known().get_mut(&id) {
            there.written = Timestamp::default();
        }
    }

    /// The last use of a session that this process knows of.
    fn of(&self, id: SessionId) -> Option<Timestamp> {
        self.known().get(&id).map(|there| there.used)
    }

    /// Everything that is not written, taken as written.
    fn take_unwritten(&self) -> Vec<(SessionId, Timestamp)> {
        let mut known = self.known();
        let unwritten = known.iter_mut().filter(|(_, there)| there.used > there.written);
        unwritten
            .map(|(id, there)| {
                there.written = there.used;
                (*id, there.used)
            })
            .collect()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<SessionId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sessions {
    /// Notes a use of a session that was found alive; `stored` is the last use that the store has.
    pub(super) async fn touch(
        &self,
        session: &StoredSession,
        stored: Timestamp,
        policy: &Policy,
        now: Timestamp,
    ) {
        let interval = Policy::touch_interval(session.clocks(&policy.clocks()).idle);
        let id = session.key.id;
        if !self.inner.last_uses.note(id, stored, now, interval) {
            return;
        }
        if let Err(error) = self.write_uses(&[(id, now)]).await {
            self.inner.last_uses.take_back(id);
            tracing::warn!(%error, session = %id, "a use could not be noted; it is tried again");
        }
    }

    /// Writes every last use that is held back. Call it before the process ends, so that nobody's
    /// session ends early for it; the sweep does so too.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let unwritten = self.inner.last_uses.take_unwritten();
        for batch in unwritten.chunks(500) {
            if let Err(error) = self.write_uses(batch).await {
                for (id, _) in &unwritten {
                    self.inner.last_uses.take_back(*id);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    async fn write_uses(&self, uses: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        let touches: Vec<Touch> = uses.iter().map(|(id, at)| Touch { key: self.key(*id), at: *at }).collect();
        self.call(self.inner.store.touch(&touches)).await
    }

    /// Makes a loaded session's last use what this process knows of it.
    pub(super) fn with_known_use(&self, session: &mut StoredSession) {
        if let Some(used) = self.inner.last_uses.of(session.key.id) {
            session.last_use = session.last_use.max(used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Cell;

    const MINUTE: Duration = Duration::from_secs(60);

    fn start() -> (LastUses, Timestamp, SessionId) {
        let now = Timestamp::from_millis(1_000_000);
        (LastUses::default(), now, SessionId::generate(Cell::new(0), now))
    }

    #[test]
    fn one_write_per_interval_and_a_failed_one_is_tried_again() {
        let (uses, now, id) = start();
        assert!(!uses.note(id, now, now, MINUTE));
        let later = now.saturating_add(MINUTE);
        assert!(uses.note(id, now, later, MINUTE));
        assert!(!uses.note(id, now, later.saturating_add(MINUTE / 2), MINUTE));
        uses.take_back(id);
        assert!(uses.note(id, now, later.saturating_add(MINUTE / 2), MINUTE));
    }

    /// Uses in an interval after its first were once forgotten, and a session ended up to a minute
    /// before its idle timeout without any crash.
    #[test]
    fn what_is_not_written_is_known_and_taken_once() {
        let (uses, now, id) = start();
        let used = now.saturating_add(MINUTE / 2);
        assert!(!uses.note(id, now, used, MINUTE));
        assert_eq!(uses.of(id), Some(used));
        assert_eq!(uses.take_unwritten(), [(id, used)]);
        assert_eq!(uses.take_unwritten(), []);
        uses.take_back(id);
        assert_eq!(uses.take_unwritten(), [(id, used)]);
    }

    #[test]
    fn what_is_held_is_bounded_and_the_rest_is_written_at_once() {
        let (uses, now, _) = start();
        let used = now.saturating_add(MINUTE / 2);
        for _ in 0..HELD {
            assert!(!uses.note(SessionId::generate(Cell::new(0), now), now, used, MINUTE));
        }
        assert!(uses.note(SessionId::generate(Cell::new(0), now), now, used, MINUTE));
        assert!(uses.known().len() <= HELD);
        // Once written and old they make room.
        assert_eq!(uses.take_unwritten().len(), HELD);
        let later = used.saturating_add(2 * MINUTE);
        assert!(!uses.note(SessionId::generate(Cell::new(0), now), later, later, MINUTE));
        assert_eq!(uses.known().len(), 1);
    }
}
