//! The whole suite on the embedded store, each store in a file of its own on a real disk.

use handstamp::store::EmbeddedStore;
use handstamp_conformance::one_round_in;

handstamp_conformance::store_tests!(one_round_in(5, || async { fresh() }));

/// A store whose folder is gone from the tree at once; its open file lives as long as the store.
fn fresh() -> EmbeddedStore {
    let folder = tempfile::tempdir().expect("a temporary folder");
    EmbeddedStore::open(folder.path()).expect("a new store")
}
