//! The whole suite on the memory store.

use handstamp::store::MemoryStore;

handstamp_conformance::store_tests!(|| async { MemoryStore::new() });
