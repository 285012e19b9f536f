//! An account's index that is written after the answer: "end all my devices" misses the newest.

use std::{
    collections::HashSet,
    mem::take,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use handstamp::{
    SessionId, forward_store,
    store::{
        AccountKey, Admission, Admit, Condition, Durability, End, EndOutcome, List, ListPage, SessionKey,
        Store, StoreError, StoreFuture, StoredState, Sweep, Swept, Target,
    },
    testing::StoreCall,
};

/// A session that was admitted is found through its account only after the next sweep.
pub struct IndexAfterAnswer {
    store: Arc<dyn Store>,
    not_yet: Mutex<HashSet<SessionKey>>,
}

impl IndexAfterAnswer {
    /// Around a store without this bug.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), not_yet: Mutex::default() }
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }

    fn not_yet(&self) -> MutexGuard<'_, HashSet<SessionKey>> {
        self.not_yet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what the index knows of an account.
    async fn end_indexed(
        &self,
        account: AccountKey,
        kept: Option<SessionId>,
        end: End,
    ) -> Result<EndOutcome, StoreError> {
        let page = self.store.list(List { account, after: None, limit: usize::MAX }).await?;
        let mut ended = Vec::new();
        for session in page.sessions {
            let known = !self.not_yet().contains(&session.key);
            if known && kept != Some(session.key.id) && session.state == StoredState::Live {
                ended.push(session.key.id);
                let target = Target::One(session.key, Condition::Always);
                self.store.end(End { target, ending: end.ending.clone() }).await?;
            }
        }
        Ok(EndOutcome::Ended(ended))
    }
}

impl Store for IndexAfterAnswer {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        self.not_yet().insert(admit.session.key.clone());
        self.store.admit(admit)
    }

    fn list(&self, list: List) -> StoreFuture<'_, ListPage> {
        Box::pin(async move {
            let mut page = self.store.list(list).await?;
            page.sessions.retain(|session| !self.not_yet().contains(&session.key));
            Ok(page)
        })
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        match end.target.clone() {
            Target::Account(account) => Box::pin(self.end_indexed(account, None, end)),
            Target::AllBut(account, kept) => Box::pin(self.end_indexed(account, Some(kept), end)),
            Target::One(..) | Target::Cell(..) => self.store.end(end),
        }
    }

    fn sweep(&self, sweep: Sweep) -> StoreFuture<'_, Swept> {
        take(&mut *self.not_yet());
        self.store.sweep(sweep)
    }

    forward_store!(create load load_many commit renew touch account scan changes heads changed feed);
    forward_store!(stats control put_control export import);
}
