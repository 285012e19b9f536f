//! A store that notes every call: what a request costs, and proof that it costs nothing.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{Operation, StoreCall};
use crate::{
    forward_store,
    store::{Durability, Loaded, SessionKey, Store, StoreFuture},
    time::Timestamp,
};

/// A wrapper around any store that notes every call, in the order in which they begin. Clones are the
/// same store.
#[derive(Clone)]
pub struct SpyStore {
    store: Arc<dyn Store>,
    calls: Arc<Mutex<Vec<StoreCall>>>,
}

impl SpyStore {
    /// Around this store.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), calls: Arc::default() }
    }

    /// Every call since the beginning or the last [`SpyStore::forget`].
    pub fn calls(&self) -> Vec<StoreCall> {
        self.noted().clone()
    }

    /// The operations of these calls, in order.
    pub fn operations(&self) -> Vec<Operation> {
        self.noted().iter().map(|call| call.operation).collect()
    }

    /// How many of these calls were of this operation.
    pub fn count(&self, operation: Operation) -> usize {
        self.noted().iter().filter(|call| call.operation == operation).count()
    }

    /// How many of these calls could change what is stored.
    pub fn writes(&self) -> usize {
        self.noted().iter().filter(|call| call.operation.is_write()).count()
    }

    /// Begins anew.
    pub fn forget(&self) {
        self.noted().clear();
    }

    /// Forgets, does `work`, and gives its result with the operations it called.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> (T, Vec<Operation>) {
        self.forget();
        let result = work.await;
        (result, self.operations())
    }

    /// Fails the test unless exactly these operations were called, in this order.
    ///
    /// # Panics
    ///
    /// If they were not; the message lists every call with what it was about.
    #[track_caller]
    pub fn assert_operations(&self, expected: &[Operation]) {
        let calls: Vec<String> = self.noted().iter().map(StoreCall::to_string).collect();
        assert_eq!(self.operations(), expected, "the store was called so:\n  {}", calls.join("\n  "));
    }

    fn noted(&self) -> MutexGuard<'_, Vec<StoreCall>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        call: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            self.noted().push(call);
            operation(&*self.store).await
        })
    }
}

impl Store for SpyStore {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn latest(&self) -> Option<Timestamp> {
        self.store.latest()
    }

    /// An answer from memory is no call.
    fn recall(&self, key: &SessionKey, max_staleness: Duration) -> Option<Arc<Loaded>> {
        self.store.recall(key, max_staleness)
    }

    forward_store!(every operation);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::DeviceFacts,
        sessions::{Activity, Sessions},
        store::MemoryStore,
    };

    #[tokio::test]
    async fn a_spy_tells_what_a_verb_costs() {
        let spy = SpyStore::new(MemoryStore::new());
        let sessions = Sessions::builder(spy.clone()).build().unwrap();
        let (begun, calls) = spy.during(sessions.begin(DeviceFacts::default())).await;
        let begun = begun.unwrap();
        assert_eq!(calls, [Operation::Create]);
        spy.forget();
        sessions.resume(begun.token.expose().as_bytes(), Activity::Use).await;
        sessions.resume(b"not a token", Activity::Use).await;
        spy.assert_operations(&[Operation::Load]);
        assert_eq!((spy.writes(), spy.count(Operation::Load)), (0, 1));
    }
}
