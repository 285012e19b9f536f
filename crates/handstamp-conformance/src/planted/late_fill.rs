//! A cache that fills after an invalidation: what a load read before an end is kept after it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use handstamp::{
    forward_store,
    store::{Durability, End, EndOutcome, Loaded, SessionKey, Store, StoreFuture, Target},
    testing::StoreCall,
};
use tokio::task::yield_now;

/// Forgets a session when it ends, and takes no notice of the loads of it that are under way.
pub struct FillAfterEnd {
    store: Arc<dyn Store>,
    memory: Mutex<HashMap<SessionKey, Arc<Loaded>>>,
}

impl FillAfterEnd {
    /// Around a store without this bug.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), memory: Mutex::default() }
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<SessionKey, Arc<Loaded>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }
}

impl Store for FillAfterEnd {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn recall(&self, key: &SessionKey, _: Duration) -> Option<Arc<Loaded>> {
        self.memory().get(key).cloned()
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        Box::pin(async move {
            let loaded = self.store.load(key).await?;
            // The way back from a store over a network.
            yield_now().await;
            if let Some(loaded) = &loaded {
                self.memory().insert(key.clone(), Arc::new(loaded.clone()));
            }
            Ok(loaded)
        })
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        Box::pin(async move {
            let one = match &end.target {
                Target::One(key, _) => Some(key.clone()),
                _ => None,
            };
            let outcome = self.store.end(end).await?;
            match one {
                Some(key) => drop(self.memory().remove(&key)),
                None => self.memory().clear(),
            }
            Ok(outcome)
        })
    }

    forward_store!(load_many list scan changes heads changed feed stats control export);
    forward_store!(create commit renew touch admit account sweep put_control import);
}
