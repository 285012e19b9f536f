//! The last uses that this process knows of, and which of them the store has.
//!
//! Every request that uses its session passes here, so the table is split into shards of a lock each,
//! held for one look-up. Nothing is forgotten before the store has it: a write that fails, or whose
//! future is dropped, leaves its uses to the next one.

use std::{
    array,
    sync::{
        PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    id::{IdMap, SessionId},
    policy::{IdleTimeout, Policy},
    sync::{Mutex, MutexGuard},
    time::Timestamp,
};

/// Under shuttle every lock is a point at which the order may change; one shard keeps the search small.
const SHARDS: usize = if cfg!(all(test, shuttle)) { 1 } else { 64 };
/// Sessions a shard holds at most, seven eighths of a power of two, as the table grows: all shards
/// together 1.8 million in about 110 MB. Beyond, every use is written before its answer.
const HELD: usize = 28_672;
/// How late the background writer may come: two of its rounds.
pub(super) const LATE: Duration = Duration::from_secs(2);

/// The last uses that this process knows of.
pub(crate) struct LastUses {
    shards: [Mutex<Shard>; SHARDS],
    writers: AtomicUsize,
}

struct Shard {
    known: IdMap<Known>,
    /// The store takes no session with a held use for dead before this: who asks for the dying need not
    /// look at all that are held.
    dies_first: Timestamp,
}

const NEVER: Timestamp = Timestamp::from_millis(u64::MAX);

#[derive(Clone, Copy)]
struct Known {
    /// The last use.
    used: Timestamp,
    /// What the store has.
    written: Timestamp,
    /// What it will have once the write under way is through.
    under_way: Timestamp,
    /// The store takes the session for dead this long after `written`.
    idle: IdleTimeout,
}

impl Known {
    fn is_held(&self) -> bool {
        self.used > self.written
    }

    /// At most one write per interval.
    fn is_due(&self, now: Timestamp) -> bool {
        now.since(self.written.max(self.under_way)) >= Policy::touch_interval(self.idle)
    }

    /// Has the store less than two intervals left before it takes the session for dead?
    fn is_pressing(&self, now: Timestamp) -> bool {
        self.dies_at().since(now) < 2 * Policy::touch_interval(self.idle) + LATE
    }

    fn dies_at(&self) -> Timestamp {
        self.written.saturating_add(self.idle.duration())
    }
}

impl LastUses {
    pub(super) const SHARDS: usize = SHARDS;

    pub(crate) fn new() -> Self {
        let shard = |_| Mutex::new(Shard { known: IdMap::default(), dies_first: NEVER });
        Self { shards: array::from_fn(shard), writers: AtomicUsize::new(0) }
    }

    /// Notes a use of a session whose stored one is `stored`. A claim is returned if the caller is to
    /// write it before the answer: with a background writer only what cannot wait for it, without one
    /// the first use in each interval.
    pub(super) fn note(
        &self,
        id: SessionId,
        stored: Timestamp,
        now: Timestamp,
        idle: IdleTimeout,
    ) -> Option<Claim<'_>> {
        let mut shard = self.shard(id);
        let Shard { known: table, dies_first } = &mut *shard;
        if table.len() == table.capacity() && !table.contains_key(&id) {
            // Before it grows: what the store has can go.
            let is_full = table.len() >= HELD;
            table.retain(|_, known| known.is_held() || !is_full && !known.is_due(now));
            if table.len() >= HELD {
                return Some(Claim { uses: self, batch: vec![(id, now)] });
            }
        }
        let new = Known { used: stored, written: stored, under_way: stored, idle };
        let known = table.entry(id).or_insert(new);
        known.idle = idle;
        known.written = known.written.max(stored);
        known.used = known.used.max(now);
        if known.is_held() {
            *dies_first = known.dies_at().min(*dies_first);
        }
        // Asked under the lock: a last flush after the writer has stopped sees either this use or its claim.
        let has_writer = self.writers.load(Ordering::Relaxed) > 0;
        if !known.is_due(now) || has_writer && !known.is_pressing(now) {
            return None;
        }
        known.under_way = known.used;
        Some(Claim { uses: self, batch: vec![(id, known.used)] })
    }

    /// The last use of a session that this process knows of.
    pub(super) fn of(&self, id: SessionId) -> Option<Timestamp> {
        self.shard(id).known.get(&id).map(|known| known.used)
    }

    /// Claims what is due in one of [`LastUses::SHARDS`] shards, for the background writer, and forgets
    /// what the store has had for an interval.
    pub(super) fn claim_due(&self, shard: usize, now: Timestamp, claim: &mut Claim<'_>) {
        let table = &mut lock(&self.shards[shard]).known;
        table.retain(|id, known| {
            let is_due = known.is_due(now);
            if is_due && known.is_held() {
                known.under_way = known.used;
                claim.batch.push((*id, known.used));
            }
            known.is_held() || !is_due
        });
        if table.capacity() > 1024 + 4 * table.len() {
            table.shrink_to(2 * table.len());
        }
    }

    /// A claim to nothing.
    pub(super) fn no_claim(&self) -> Claim<'_> {
        Claim { uses: self, batch: Vec::new() }
    }

    /// Everything that the store does not have.
    pub(super) fn held(&self) -> Vec<(SessionId, Timestamp)> {
        self.held_by(NEVER)
    }

    /// What the store does not have, of sessions that it would take for dead at `at`.
    pub(super) fn held_by(&self, at: Timestamp) -> Vec<(SessionId, Timestamp)> {
        let mut found = Vec::new();
        for shard in &self.shards {
            let mut shard = lock(shard);
            if shard.dies_first > at {
                continue;
            }
            let mut dies_first = NEVER;
            for (id, known) in shard.known.iter().filter(|(_, known)| known.is_held()) {
                dies_first = known.dies_at().min(dies_first);
                if known.dies_at() <= at {
                    found.push((*id, known.used));
                }
            }
            shard.dies_first = dies_first;
        }
        found.sort_unstable();
        found
    }

    /// These uses are in the store.
    pub(super) fn were_written(&self, uses: &[(SessionId, Timestamp)]) {
        for (id, at) in uses {
            if let Some(known) = self.shard(*id).known.get_mut(id) {
                known.written = known.written.max(*at);
            }
        }
    }

    /// For as long as this lives somebody writes in the background, and requests need not.
    pub(crate) fn background_writer(&self) -> impl Drop + '_ {
        self.writers.fetch_add(1, Ordering::Relaxed);
        BackgroundWriter(&self.writers)
    }

    fn shard(&self, id: SessionId) -> MutexGuard<'_, Shard> {
        // Random, and no part of the hash by which a shard's table tells its sessions apart.
        lock(&self.shards[usize::from(id.as_bytes()[7]) % SHARDS])
    }
}

fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

struct BackgroundWriter<'a>(&'a AtomicUsize);

impl Drop for BackgroundWriter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to write these uses. Those that are not known to be written when it is dropped go to the
/// next who asks.
#[must_use]
pub(super) struct Claim<'a> {
    uses: &'a LastUses,
    batch: Vec<(SessionId, Timestamp)>,
}

impl Claim<'_> {
    pub(super) fn batch(&self) -> &[(SessionId, Timestamp)] {
        &self.batch
    }

    /// In the order of ids, in which a store's trees lie.
    pub(super) fn sort(&mut self) {
        self.batch.sort_unstable();
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        for (id, at) in &self.batch {
            if let Some(known) = self.uses.shard(*id).known.get_mut(id)
                && known.written < *at
            {
                known.under_way = known.written;
            }
        }
    }
}
