//! What can be chosen of a cache.

use std::{fmt, sync::Arc};

use super::{Inner, NearCache};
use crate::{
    store::Store,
    time::{Clock, SystemClock},
};

/// How much a cache may hold unless told otherwise: some 70,000 sessions.
const BYTES: usize = 64 << 20;

/// What can be chosen of a [`NearCache`].
#[derive(Clone)]
pub struct CacheOptions {
    bytes: usize,
    clock: Arc<dyn Clock>,
}

impl CacheOptions {
    pub(super) fn new() -> Self {
        Self { bytes: BYTES, clock: Arc::new(SystemClock::new()) }
    }

    /// How many bytes the cached sessions may take, tables included. Each of the 256 cells gets an equal
    /// share, and a session that is larger than a share is not cached. Default: 64 MiB.
    #[must_use]
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// The clock by which the age of a proof is counted. Default: the machine's.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        self.shared_clock(Arc::new(clock))
    }

    pub(crate) fn shared_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Puts the cache in front of a store.
    pub fn in_front_of(self, store: impl Store) -> NearCache {
        self.in_front_of_shared(Arc::new(store))
    }

    pub(crate) fn in_front_of_shared(self, store: Arc<dyn Store>) -> NearCache {
        NearCache { inner: Arc::new(Inner::new(store, self.clock, self.bytes)) }
    }
}

impl fmt::Debug for CacheOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheOptions").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
