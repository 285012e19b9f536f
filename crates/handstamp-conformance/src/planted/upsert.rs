//! The bug that most session libraries have: saving brings back what has ended (CVE-2025-46336 was
//! one of them).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use handstamp::{
    forward_store,
    store::{
        AccountState, Admission, Admit, CellState, Commit, Create, CreateOutcome, Durability, Loaded, Renew,
        SessionKey, Store, StoreFuture, StoredSession, StoredState, WriteOutcome,
    },
    testing::StoreCall,
};

/// A commit or a renewal of a session that has ended, or is not there any more, makes it anew.
pub struct UpsertOnSave {
    store: Arc<dyn Store>,
    /// Every session as it came: what a request that is under way writes back.
    seen: Mutex<HashMap<SessionKey, StoredSession>>,
    revived: Mutex<HashMap<SessionKey, Loaded>>,
}

impl UpsertOnSave {
    /// Around a store without this bug.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), seen: Mutex::default(), revived: Mutex::default() }
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }

    fn see(&self, session: &StoredSession) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(session.key.clone(), session.clone());
    }

    async fn save(
        &self,
        key: &SessionKey,
        outcome: WriteOutcome,
        change: impl FnOnce(&mut StoredSession),
    ) -> WriteOutcome {
        if outcome != WriteOutcome::Gone {
            return outcome;
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        let there = self.store.load(key).await.ok().flatten().map(|loaded| loaded.session);
        let Some(mut session) = there.or(seen) else { return outcome };
        session.state = StoredState::Live;
        change(&mut session);
        let account = AccountState { epoch: session.account_epoch, ..AccountState::default() };
        let cell = CellState { epoch: session.cell_epoch, ..CellState::default() };
        let mut revived = self.revived.lock().unwrap_or_else(PoisonError::into_inner);
        revived.insert(key.clone(), Loaded { session, account, cell });
        WriteOutcome::Done
    }
}

impl Store for UpsertOnSave {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn create(&self, create: Create) -> StoreFuture<'_, CreateOutcome> {
        self.see(&create.session);
        self.store.create(create)
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        self.see(&admit.session);
        self.store.admit(admit)
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        let revived = self.revived.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        match revived {
            Some(revived) => Box::pin(async { Ok(Some(revived)) }),
            None => self.store.load(key),
        }
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        Box::pin(async move {
            let outcome = self.store.commit(commit.clone()).await?;
            let upsert = |session: &mut StoredSession| session.data = commit.data;
            Ok(self.save(&commit.key, outcome, upsert).await)
        })
    }

    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        Box::pin(async move {
            let outcome = self.store.renew(renew.clone()).await?;
            let upsert = |session: &mut StoredSession| session.body = renew.body;
            Ok(self.save(&renew.key, outcome, upsert).await)
        })
    }

    forward_store!(load_many touch end account list scan sweep changes heads changed feed);
    forward_store!(stats control put_control export import);
}
