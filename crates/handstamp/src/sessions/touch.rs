//! Coalescing last uses: at most one write per session per touch interval and process, and nothing
//! forgotten in between.
//!
//! The first use in an interval is written before the answer. Later ones in the same interval are
//! held here, count in every verdict of this process, and are written by the next use, the next sweep
//! or [`Sessions::flush`], so that only a crash can make a session end earlier than its last use says
//! (promise 7).

use std::{collections::HashMap, sync::PoisonError, time::Duration};

use super::Sessions;
use crate::{
    id::SessionId,
    policy::{IdleTimeout, Policy},
    store::{StoreError, StoredSession, Touch},
    sync::{Mutex, MutexGuard},
    time::Timestamp,
};

/// Sessions whose uses are held at most; beyond, every use is written at once.
const HELD: usize = 8192;
/// How many go to the store at once.
const BATCH: usize = 500;
/// Two of the longest touch intervals: a use that the store has to know of by then is written now.
const SOON: Duration = Duration::from_secs(120);

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
    /// The session's idle timeout: the store takes it for dead this long after `written`.
    idle: Duration,
}

impl LastUses {
    /// Notes a use of a session whose stored one is `stored`. Is it this caller's to write? Only the
    /// first in each interval is.
    fn note(&self, id: SessionId, stored: Timestamp, now: Timestamp, idle: IdleTimeout) -> bool {
        let interval = Policy::touch_interval(idle);
        let idle = idle.duration();
        let mut known = self.known();
        if known.len() >= HELD && !known.contains_key(&id) {
            known.retain(|_, there| there.used > there.written || now.since(there.written) < interval);
            if known.len() >= HELD {
                return true;
            }
        }
        let there = known.entry(id).or_insert(Known { written: stored, used: stored, idle });
        there.idle = idle;
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

    /// What is not written, of all sessions or of those that the store is about to take for dead.
    fn unwritten(&self, which: impl Fn(&Known) -> bool) -> Vec<(SessionId, Timestamp)> {
        let known = self.known();
        let unwritten = known.iter().filter(|(_, there)| there.used > there.written && which(there));
        unwritten.map(|(id, there)| (*id, there.used)).collect()
    }

    /// These uses are in the store.
    fn were_written(&self, uses: &[(SessionId, Timestamp)]) {
        let mut known = self.known();
        for (id, at) in uses {
            if let Some(there) = known.get_mut(id) {
                there.written = there.written.max(*at);
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<SessionId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One caller's right to write a use. Dropped before the store has answered, it goes to the next.
struct Claim<'a> {
    uses: &'a LastUses,
    id: SessionId,
    written: bool,
}

impl Claim<'_> {
    fn settle(mut self) {
        self.written = true;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.written {
            self.uses.take_back(self.id);
        }
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
        let id = session.key.id;
        let idle = session.clocks(&policy.clocks()).idle;
        if !self.inner.last_uses.note(id, stored, now, idle) {
            return;
        }
        let claim = Claim { uses: &self.inner.last_uses, id, written: false };
        match self.write_uses(&[(id, now)]).await {
            Ok(()) => claim.settle(),
            Err(error) => {
                tracing::warn!(%error, session = %id, "a use could not be noted; it is tried again");
            }
        }
    }

    /// Writes every last use that is held back. Call it before the process ends, so that nobody's
    /// session ends early for it; the sweep does so too.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.write_held(self.inner.last_uses.unwritten(|_| true)).await
    }

    /// Writes the uses of sessions that the store is about to take for dead, before it is asked to count
    /// who is alive: a cap must count what a verdict would let in.
    pub(super) async fn flush_dying(&self) -> Result<(), StoreError> {
        let soon = self.now().saturating_add(SOON);
        let dying = |there: &Known| there.written.saturating_add(there.idle) <= soon;
        self.write_held(self.inner.last_uses.unwritten(dying)).await
    }

    async fn write_held(&self, uses: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError> {
        for batch in uses.chunks(BATCH) {
            self.write_uses(batch).await?;
            self.inner.last_uses.were_written(batch);
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
    /// Its touch interval is a minute.
    const IDLE: IdleTimeout = IdleTimeout::hours(1);

    fn start() -> (LastUses, Timestamp, SessionId) {
        let now = Timestamp::from_millis(1_000_000);
        (LastUses::default(), now, SessionId::generate(Cell::new(0), now))
    }

    #[test]
    fn one_write_per_interval_and_a_failed_one_is_tried_again() {
        let (uses, now, id) = start();
        assert!(!uses.note(id, now, now, IDLE));
        let later = now.saturating_add(MINUTE);
        assert!(uses.note(id, now, later, IDLE));
        assert!(!uses.note(id, now, later.saturating_add(MINUTE / 2), IDLE));
        uses.take_back(id);
        assert!(uses.note(id, now, later.saturating_add(MINUTE / 2), IDLE));
    }

    /// Three requests at once and a flush among them. Run as `interleavings.rs` says.
    #[cfg(shuttle)]
    #[test]
    fn in_every_interleaving_a_due_use_is_written_by_one() {
        use std::sync::Arc;

        let race = || {
            let (uses, now, id) = start();
            let (uses, due) = (Arc::new(uses), now.saturating_add(MINUTE));
            let note = |_| {
                let uses = uses.clone();
                shuttle::thread::spawn(move || uses.note(id, now, due, IDLE))
            };
            let requests: Vec<_> = (0..3).map(note).collect();
            let flushed = uses.unwritten(|_| true);
            let written = requests.into_iter().map(|request| request.join().unwrap());
            assert_eq!((written.filter(|written| *written).count(), flushed.len()), (1, 0));
            assert_eq!(uses.unwritten(|_| true), []);
            assert_eq!(uses.of(id), Some(due));
        };
        shuttle::check_dfs(race, None);
    }

    /// The same within an interval, where a use is held: whatever a flush has not taken is still there.
    #[cfg(shuttle)]
    #[test]
    fn in_every_interleaving_a_held_use_is_flushed_or_still_held() {
        use std::sync::Arc;

        let race = || {
            let (uses, now, id) = start();
            let uses = Arc::new(uses);
            let note = |seconds| {
                let uses = uses.clone();
                let used = now.saturating_add(Duration::from_secs(seconds));
                shuttle::thread::spawn(move || assert!(!uses.note(id, now, used, IDLE)))
            };
            let requests = [note(10), note(20)];
            let flushed = uses.unwritten(|_| true);
            uses.were_written(&flushed);
            for request in requests {
                request.join().unwrap();
            }
            let last = now.saturating_add(Duration::from_secs(20));
            let left = if flushed == [(id, last)] { vec![] } else { vec![(id, last)] };
            assert_eq!(uses.unwritten(|_| true), left);
            assert_eq!(uses.of(id), Some(last));
        };
        shuttle::check_dfs(race, None);
    }

    /// Uses in an interval after its first were once forgotten, and a session ended up to a minute
    /// before its idle timeout without any crash.
    #[test]
    fn what_is_not_written_is_known_and_taken_once() {
        let (uses, now, id) = start();
        let used = now.saturating_add(MINUTE / 2);
        assert!(!uses.note(id, now, used, IDLE));
        assert_eq!(uses.of(id), Some(used));
        assert_eq!(uses.unwritten(|_| true), [(id, used)]);
        uses.were_written(&[(id, used)]);
        assert_eq!(uses.unwritten(|_| true), []);
        uses.take_back(id);
        assert_eq!(uses.unwritten(|_| true), [(id, used)]);
    }

    #[test]
    fn what_is_held_is_bounded_and_the_rest_is_written_at_once() {
        let (uses, now, _) = start();
        let used = now.saturating_add(MINUTE / 2);
        for _ in 0..HELD {
            assert!(!uses.note(SessionId::generate(Cell::new(0), now), now, used, IDLE));
        }
        assert!(uses.note(SessionId::generate(Cell::new(0), now), now, used, IDLE));
        assert!(uses.known().len() <= HELD);
        // Once written and old they make room.
        let held = uses.unwritten(|_| true);
        assert_eq!(held.len(), HELD);
        uses.were_written(&held);
        let later = used.saturating_add(2 * MINUTE);
        assert!(!uses.note(SessionId::generate(Cell::new(0), now), later, later, IDLE));
        assert_eq!(uses.known().len(), 1);
    }
}
