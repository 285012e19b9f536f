//! A store that acknowledges and forgets, as a failover to a replica that lagged behind does.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use handstamp::{
    forward_store,
    store::{Condition, Durability, End, EndOutcome, Renew, Store, StoreFuture, Target, WriteOutcome},
    testing::StoreCall,
};

/// Loses the second step of sign-ins over a session of another cell while told to.
pub(super) struct Forgetful {
    store: Arc<dyn Store>,
    forgets: AtomicBool,
}

impl Forgetful {
    pub(super) fn new(store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { store, forgets: AtomicBool::new(false) })
    }

    pub(super) fn forget_replacements(&self, yes: bool) {
        self.forgets.store(yes, Ordering::SeqCst);
    }

    fn forgets(&self) -> bool {
        self.forgets.load(Ordering::SeqCst)
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }
}

impl Store for Forgetful {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        match &end.target {
            Target::One(key, Condition::AtData(_)) if self.forgets() => {
                let id = key.id;
                Box::pin(async move { Ok(EndOutcome::Ended(vec![id])) })
            }
            _ => self.store.end(end),
        }
    }

    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        if renew.replacement_finished && self.forgets() {
            return Box::pin(async { Ok(WriteOutcome::Done) });
        }
        self.store.renew(renew)
    }

    forward_store!(every read);
    forward_store!(create commit touch admit account sweep put_control import);
}
