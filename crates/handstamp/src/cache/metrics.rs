//! What a cache has done and holds, as values that any exporter can read.

use std::{sync::atomic::Ordering, time::Duration};

use super::Inner;

/// What a [`NearCache`](super::NearCache) has done since it was made, and what it holds now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheMetrics {
    /// Sessions answered from memory.
    pub hits: u64,
    /// Sessions that were not here.
    pub misses: u64,
    /// Sessions that were here while no probe had come back recently enough; the store was asked. Rises
    /// when the feed is slow or cut off.
    pub unproven: u64,
    /// Loads that shared the answer of another one.
    pub joined: u64,
    /// Loads whose answer was not kept because the session changed meanwhile.
    pub discarded: u64,
    /// Sessions that made room for others.
    pub evicted: u64,
    /// Sessions dropped because something changed.
    pub invalidated: u64,
    /// Sessions held now.
    pub entries: u64,
    /// Bytes they take now, tables included.
    pub bytes: u64,
    /// How long ago the last probe that came back was sent: how old an answer may be now. `None`: the
    /// feed is lost or was never followed, and everything is asked of the store.
    pub feed_age: Option<Duration>,
    /// How long that probe was under way: how far the feed is behind.
    pub lag: Option<Duration>,
    /// How often the feed was lost.
    pub feed_lost: u64,
}

impl Inner {
    pub(super) fn metrics(&self) -> CacheMetrics {
        let proven = self.vouch.proven();
        let mut sum = CacheMetrics {
            feed_age: proven.map(|sent| self.clock.elapsed().saturating_sub(sent)),
            lag: self.vouch.lag(),
            feed_lost: self.vouch.lost(),
            ..CacheMetrics::default()
        };
        for place in &self.places {
            sum.hits += place.hits.load(Ordering::Relaxed);
            sum.misses += place.misses.load(Ordering::Relaxed);
            sum.unproven += place.unproven.load(Ordering::Relaxed);
            let shard = place.lock();
            sum.joined += shard.counts.joined;
            sum.discarded += shard.counts.discarded;
            sum.evicted += shard.counts.evicted;
            sum.invalidated += shard.counts.invalidated;
            sum.entries += shard.entries.len() as u64;
            sum.bytes += shard.entries.bytes() as u64;
        }
        sum
    }
}
