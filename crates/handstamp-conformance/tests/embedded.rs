//! The whole suite on the embedded store, each store in a file of its own on a real disk.

use handstamp::store::EmbeddedStore;

handstamp_conformance::store_tests!(|| async { fresh() });

/// A store whose folder is gone from the tree at once; its open file lives as long as the store.
fn fresh() -> EmbeddedStore {
    let folder = tempfile::tempdir().expect("a temporary folder");
    EmbeddedStore::open(folder.path()).expect("a new store")
}
