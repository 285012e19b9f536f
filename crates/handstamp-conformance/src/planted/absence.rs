//! A cache that remembers absence: who looks for a session before it begins never finds it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use handstamp::{
    forward_store,
    store::{Durability, Loaded, SessionKey, Store, StoreFuture},
    testing::StoreCall,
};

/// Does not ask again for a session that was not there.
pub struct RemembersAbsence {
    store: Arc<dyn Store>,
    absent: Mutex<HashSet<SessionKey>>,
}

impl RemembersAbsence {
    /// Around a store without this bug.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), absent: Mutex::default() }
    }

    fn absent(&self) -> MutexGuard<'_, HashSet<SessionKey>> {
        self.absent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }
}

impl Store for RemembersAbsence {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        Box::pin(async move {
            if self.absent().contains(key) {
                return Ok(None);
            }
            let loaded = self.store.load(key).await?;
            if loaded.is_none() {
                self.absent().insert(key.clone());
            }
            Ok(loaded)
        })
    }

    forward_store!(load_many list scan changes heads changed feed stats control export);
    forward_store!(create commit renew touch admit end account sweep put_control import);
}
