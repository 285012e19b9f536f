//! The near cache: answers from this process's memory while it can prove that it missed nothing.
//!
//! A cache that may be wrong brings signed-out sessions back to life. This one answers only while a
//! probe of its own, sent at most `max_staleness` ago, has come back through the store's
//! [feed](crate::store::Feed): every change that was acknowledged before the probe was sent has then been
//! applied here (promise 13). It never remembers that a session is absent; forged tokens die at their MAC.
//!
//! The rooms: `entries` keeps what fits, `flights` the loads under way, `shard` puts both under the
//! lock of one cell and takes out of them what has changed, `follow` reads the feed, `pass` is the store
//! that the engine sees.

mod changes;
mod entries;
mod flights;
mod follow;
mod metrics;
mod options;
mod pass;
mod shard;
#[cfg(test)]
mod tests;
mod vouch;

pub use metrics::CacheMetrics;
pub use options::CacheOptions;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch};

use self::{
    follow::{Running, follow},
    shard::{Place, Scope},
    vouch::Vouch,
};
use crate::{
    id::Cell,
    store::{Loaded, SessionKey, Store},
    time::Clock,
};

/// A store with a cache in front. Clones are the same cache.
///
/// [`Builder`](crate::Builder) puts one in front of every store that outlives the process; make one
/// yourself to share it between realms, or to read its [`metrics`](Self::metrics).
///
/// Reads go to the store and are remembered; writes go to the store, and what they may have changed is
/// forgotten before and after. Only [`recall`](Store::recall) answers from memory. The first one starts
/// a task that follows the store's feed, so it needs a tokio runtime; without one, and until the first
/// probe has come back, everything is asked of the store.
///
/// ```
/// # use handstamp::{Sessions, cache::NearCache, store::MemoryStore};
/// let cache = NearCache::options().bytes(16 << 20).in_front_of(MemoryStore::new());
/// let sessions = Sessions::builder(cache.clone()).build()?;
/// assert_eq!(cache.metrics().entries, 0);
/// # Ok::<_, handstamp::BuildError>(())
/// ```
#[derive(Clone)]
pub struct NearCache {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// One per cell: what changes together lies under one lock.
    places: Vec<Place>,
    vouch: Vouch,
    /// The smallest staleness asked for, in milliseconds; nothing was asked yet at the largest.
    smallest: AtomicU64,
    /// What the follower is asked to do. Closed when the last cache is dropped.
    wanted: watch::Sender<Wanted>,
    followed: AtomicBool,
}

/// What the follower is asked to do.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    /// How often to probe.
    every: Duration,
    /// Goes up when somebody waits for a probe that is sent from now on.
    asked: u64,
}

impl NearCache {
    /// A cache of 64 MiB in front of this store.
    pub fn new(store: impl Store) -> Self {
        Self::options().in_front_of(store)
    }

    /// What can be chosen, with its defaults.
    pub fn options() -> CacheOptions {
        CacheOptions::new()
    }

    /// Ends when the cache has applied everything that any node had acknowledged before this call, by a
    /// probe that was sent after it. For tests, and for whoever was told of a change elsewhere and is to
    /// read it here. Waits for as long as the store's feed is silent.
    pub async fn caught_up(&self) {
        let inner = &self.inner;
        let mut ticket = 0;
        inner.wanted.send_modify(|wanted| {
            wanted.asked += 1;
            ticket = wanted.asked;
        });
        inner.ensure_followed();
        // The cache holds the sender, so this ends only by the follower.
        let _ = inner.vouch.answered().wait_for(|answered| *answered >= ticket).await;
    }

    /// What it has done and holds now.
    pub fn metrics(&self) -> CacheMetrics {
        self.inner.metrics()
    }
}

impl fmt::Debug for NearCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NearCache").field("metrics", &self.metrics()).finish_non_exhaustive()
    }
}

impl Inner {
    fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, bytes: usize) -> Self {
        let share = bytes / Cell::COUNT;
        Self {
            store,
            clock,
            places: Cell::all().map(|_| Place::new(share)).collect(),
            vouch: Vouch::new(),
            smallest: AtomicU64::new(u64::MAX),
            wanted: watch::Sender::new(Wanted { every: IDLE_INTERVAL, asked: 0 }),
            followed: AtomicBool::new(false),
        }
    }

    fn place(&self, cell: Cell) -> &Place {
        &self.places[cell.index()]
    }

    /// The session from memory, if what is here is complete up to less than `max_staleness` ago.
    fn recall(self: &Arc<Self>, key: &SessionKey, max_staleness: Duration) -> Option<Arc<Loaded>> {
        if max_staleness.is_zero() {
            return None;
        }
        self.want(max_staleness);
        let place = self.place(key.cell());
        // The proof is read before the session and the clock after it: whatever happens in between, the
        // session is then at least as fresh as the proof, and the proof not older than is said.
        let proven = self.vouch.proven();
        let found = place.lock().recall(key);
        let fresh = proven.is_some_and(|sent| self.clock.elapsed().saturating_sub(sent) < max_staleness);
        place.count_recall(found.is_some(), fresh);
        found.filter(|_| fresh)
    }

    /// Lets the follower know how fresh it has to be, and that it is needed.
    fn want(self: &Arc<Self>, max_staleness: Duration) {
        let wanted = u64::try_from(max_staleness.as_millis()).unwrap_or(u64::MAX);
        if wanted < self.smallest.load(Ordering::Relaxed) {
            let smallest = self.smallest.fetch_min(wanted, Ordering::Relaxed).min(wanted);
            // A third: a probe may be lost and the next one still comes back in time.
            let every = Duration::from_millis(smallest / 3).clamp(SHORTEST_INTERVAL, IDLE_INTERVAL);
            self.wanted.send_modify(|wanted| wanted.every = wanted.every.min(every));
        }
        self.ensure_followed();
    }

    /// Has anybody asked to be answered from memory? Until then loads only pass through.
    fn is_wanted(&self) -> bool {
        self.followed.load(Ordering::Relaxed)
    }

    /// Starts the follower if it does not run and a runtime is there to run it.
    fn ensure_followed(self: &Arc<Self>) {
        if self.is_wanted() {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        if !self.followed.swap(true, Ordering::AcqRel) {
            let running = Running::new(self);
            drop(runtime.spawn(follow(running, self.clock.clone(), self.wanted.subscribe())));
        }
    }

    /// Forgets what a change may concern, and spoils the loads of it that are under way.
    fn forget(&self, scope: &Scope) {
        if let Some(cell) = scope.cell() {
            self.place(cell).lock().forget(scope);
        } else if matches!(scope, Scope::Everything) {
            for place in &self.places {
                place.lock().forget(scope);
            }
        }
    }
}

/// How often is probed while nobody asks for less.
const IDLE_INTERVAL: Duration = Duration::from_secs(1);
/// However small a staleness is asked for.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
