//! The whole suite on the embedded store with a near cache in front that is followed already.

use handstamp::{cache::NearCache, store::EmbeddedStore};
use handstamp_conformance::one_round_in;

async fn cached() -> NearCache {
    // The folder is gone from the tree at once; the open file lives as long as the store.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = NearCache::new(EmbeddedStore::open(folder.path()).expect("a new store"));
    cache.caught_up().await;
    cache
}

handstamp_conformance::store_tests!(one_round_in(5, cached));
