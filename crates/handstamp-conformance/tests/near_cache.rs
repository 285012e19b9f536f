//! The whole suite on the memory store with a near cache in front that is followed already.

use handstamp::{cache::NearCache, store::MemoryStore};

async fn cached() -> NearCache {
    let cache = NearCache::new(MemoryStore::new());
    cache.caught_up().await;
    cache
}

handstamp_conformance::store_tests!(cached);
