//! A retry that applies twice: the store does not know its own write again.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use handstamp::{
    WriteId, forward_store,
    store::{Commit, Durability, Renew, Store, StoreFuture, WriteOutcome},
    testing::StoreCall,
};

/// A commit or a renewal that finds its own write id is applied once more.
pub struct RetryAppliesTwice {
    store: Arc<dyn Store>,
    again: AtomicU64,
}

impl RetryAppliesTwice {
    /// Around a store without this bug.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), again: AtomicU64::new(1) }
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }

    fn another_write(&self) -> WriteId {
        let number = self.again.fetch_add(1, Ordering::Relaxed);
        WriteId::from_bytes(u128::from(number).to_be_bytes())
    }
}

impl Store for RetryAppliesTwice {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn commit(&self, mut commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        Box::pin(async move {
            let there = self.store.load(&commit.key).await?.map(|loaded| loaded.session.data_write);
            if there == Some(commit.write) {
                commit.seen = commit.write;
                commit.write = self.another_write();
            }
            self.store.commit(commit).await
        })
    }

    fn renew(&self, mut renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        Box::pin(async move {
            let there = self.store.load(&renew.key).await?.map(|loaded| loaded.session.write);
            if there == Some(renew.write) {
                renew.seen = renew.write;
                renew.write = self.another_write();
            }
            self.store.renew(renew).await
        })
    }

    forward_store!(every read);
    forward_store!(create touch admit end account sweep put_control import);
}
