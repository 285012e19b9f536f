//! Last uses: noted in memory by every request, written to the store seldom and together.
//!
//! At most one write per session, process and touch interval (a thirtieth of the idle timeout, at most
//! 60 s). With [`Sessions::start_upkeep`] a background writer makes it, in batches off the requests'
//! path; without, the first use in each interval is written before its answer. In both cases
//!
//! * what is held here counts in every verdict of this process,
//! * a use with less than two intervals left before the store would take its session for dead is written
//!   before the answer,
//! * [`Sessions::flush`] writes the rest before the process ends, and
//! * what could not be written stays, for the next write,
//!
//! so that only a crash can make a session end earlier than its last use says: by at most the touch
//! interval and 2 s while the store answers (promise 7).

mod table;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub(super) use self::table::LastUses;
use super::Sessions;
use crate::{
    id::SessionId,
    policy::Policy,
    store::{StoreError, StoredSession, Touch},
    time::Timestamp,
};

/// How many go to the store at once.
const BATCH: usize = 500;
impl Sessions {
    /// Notes a use of a session that was found alive.
    pub(super) async fn touch(&self, session: &StoredSession, policy: &Policy, now: Timestamp) {
        let id = session.key.id;
        let idle = session.clocks(&policy.clocks()).idle;
        let Some(claim) = self.inner.last_uses.note(id, session.last_use, now, idle) else { return };
        // Boxed, because it happens once in a touch interval and its room would be taken by every request.
        if let Err(error) = Box::pin(self.write_uses(claim.batch())).await {
            tracing::warn!(%error, session = %id, "a use could not be noted; it is tried again");
        }
    }

    /// Writes every last use that is held back. Call it before the process ends, so that nobody's
    /// session ends early for it, or stop the upkeep, which does so too.
    ///
    /// While it is not called and no upkeep runs, a crash may lose the last touch interval of a session:
    /// it then ends up to a thirtieth of its idle timeout too early, at most 60 s.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.write_uses(&self.inner.last_uses.held()).await
    }

    /// Writes the uses of sessions that the store is about to take for dead, before a sign-in has it count
    /// who is alive: a cap must count what a verdict would let in.
    pub(super) async fn flush_dying(&self) -> Result<(), StoreError> {
        // The sign-in may take two calls of its own.
        self.flush_dying_within(3 * self.inner.store_timeout).await
    }

    pub(super) async fn flush_dying_within(&self, time: Duration) -> Result<(), StoreError> {
        let at = self.now().saturating_add(time);
        self.write_uses(&self.inner.last_uses.held_by(at)).await
    }

    /// Writes what is due, for the background writer. How many that were.
    pub(super) async fn write_due(&self) -> Result<usize, StoreError> {
        let (uses, now) = (&self.inner.last_uses, self.now());
        let mut written = 0;
        let mut claim = uses.no_claim();
        for shard in 0..LastUses::SHARDS {
            uses.claim_due(shard, now, &mut claim);
            if claim.batch().len() >= 10 * BATCH || shard + 1 == LastUses::SHARDS {
                claim.sort();
                self.write_uses(claim.batch()).await?;
                written += claim.batch().len();
                claim = uses.no_claim();
            }
            // With a million sessions in use a look at all of them takes some time.
            if shard % 8 == 7 {
                tokio::task::yield_now().await;
            }
        }
        Ok(written)
    }

    /// How many sessions have uses that the store does not know of.
    pub(super) fn held_uses(&self) -> usize {
        self.inner.last_uses.held().len()
    }

    async fn write_uses(&self, uses: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        for batch in uses.chunks(BATCH) {
            match self.write_batch(batch).await {
                Err(StoreError::Corrupt(_)) => self.write_singly(batch).await?,
                result => result?,
            }
            self.inner.last_uses.were_written(batch);
        }
        Ok(())
    }

    /// One session that cannot be read must not keep the others in its batch from being used.
    async fn write_singly(&self, batch: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        for one in batch {
            match self.write_batch(&[*one]).await {
                Err(StoreError::Corrupt(error)) => {
                    tracing::error!(%error, session = %one.0, "the last use of an unreadable session is not written");
                }
                result => result?,
            }
        }
        Ok(())
    }

    async fn write_batch(&self, batch: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        let touches: Vec<Touch> =
            batch.iter().map(|(id, at)| Touch { key: self.key(*id), at: *at }).collect();
        self.call(self.inner.store.touch(&touches)).await
    }

    /// When a session was last used, by what the store and this process know.
    pub(super) fn last_use_of(&self, session: &StoredSession) -> Timestamp {
        let known = self.inner.last_uses.of(session.key.id);
        known.map_or(session.last_use, |used| used.max(session.last_use))
    }

    /// Makes a loaded session's last use what this process knows of it.
    pub(super) fn with_known_use(&self, session: &mut StoredSession) {
        session.last_use = self.last_use_of(session);
    }
}
