//! A store that fails on command.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{Operation, StoreCall};
use crate::{
    forward_store,
    store::{Durability, Store, StoreError, StoreFuture},
    time::Timestamp,
};

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It never reaches the store; the caller is told that the store is unavailable.
    Before,
    /// It reaches the store and is carried out, and the answer is lost: the caller is told the same.
    AnswerLost,
    /// It never reaches the store and the caller is told nothing, until [`FaultyStore::mend`]: then it
    /// goes on as if nothing had been.
    Hangs,
}

/// Which calls fail. Calls are counted from 1, from the moment at which the fault was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// Only this one. The engine repeats a write, so a write survives this.
    Call(usize),
    /// This one and all that follow.
    From(usize),
    /// All.
    Always,
    /// All of one operation.
    Operation(Operation),
}

/// A wrapper around any store that fails as planned. Clones are the same store, so keep one to plan
/// with and hand another to [`Sessions::builder`](crate::Sessions::builder).
///
/// To see what a verb makes of a fault at each of its store calls, plan `When::From(k)` for k = 1, 2,
/// 3 ... until [`FaultyStore::struck`] stays 0: then the verb makes fewer than k calls.
#[derive(Clone)]
pub struct FaultyStore {
    store: Arc<dyn Store>,
    plan: Arc<Mutex<Plan>>,
    mended: watch::Sender<u64>,
}

#[derive(Default)]
struct Plan {
    fault: Option<(When, Fault)>,
    calls: usize,
    struck: usize,
}

impl FaultyStore {
    /// Around this store; nothing fails yet.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), plan: Arc::default(), mended: watch::Sender::new(0) }
    }

    /// These calls fail so, instead of what was planned before. Counting starts anew.
    pub fn plan(&self, when: When, fault: Fault) {
        *self.planned() = Plan { fault: Some((when, fault)), ..Plan::default() };
    }

    /// The store is well again, and calls that hang go on. The counts stay.
    pub fn mend(&self) {
        self.planned().fault = None;
        self.mended.send_modify(|times| *times += 1);
    }

    /// How many calls there were since the last plan.
    pub fn calls(&self) -> usize {
        self.planned().calls
    }

    /// How many of them failed.
    pub fn struck(&self) -> usize {
        self.planned().struck
    }

    fn planned(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call and says whether it fails.
    fn strike(&self, operation: Operation) -> Option<Fault> {
        let mut plan = self.planned();
        plan.calls += 1;
        let (when, fault) = plan.fault?;
        let hit = match when {
            When::Call(which) => plan.calls == which,
            When::From(first) => plan.calls >= first,
            When::Always => true,
            When::Operation(which) => operation == which,
        };
        plan.struck += usize::from(hit);
        hit.then_some(fault)
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        call: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            let mut mended = self.mended.subscribe();
            match self.strike(call.operation) {
                Some(Fault::Before) => return Err(lost(&call)),
                Some(Fault::AnswerLost) => {
                    operation(&*self.store).await?;
                    return Err(lost(&call));
                }
                // The store holds the sender, so this ends only by `mend`.
                Some(Fault::Hangs) => drop(mended.changed().await),
                None => {}
            }
            operation(&*self.store).await
        })
    }
}

fn lost(call: &StoreCall) -> StoreError {
    StoreError::unavailable(format!("planned fault at {:?}", call.operation))
}

impl Store for FaultyStore {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn latest(&self) -> Option<Timestamp> {
        self.store.latest()
    }

    forward_store!(every operation);
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::store::{ControlOutcome, MemoryStore};

    #[tokio::test]
    async fn a_call_fails_before_the_store_or_after_it_and_only_the_planned_one() {
        let store = FaultyStore::new(MemoryStore::new());
        store.plan(When::Call(2), Fault::Before);
        assert!(store.heads().await.is_ok());
        assert!(store.put_control("a", None, vec![1]).await.is_err());
        assert!(store.control("a").await.unwrap().is_none());
        assert_eq!((store.calls(), store.struck()), (3, 1));

        store.plan(When::Operation(Operation::PutControl), Fault::AnswerLost);
        assert!(store.put_control("a", None, vec![1]).await.is_err());
        store.mend();
        assert_eq!(store.put_control("a", Some(1), vec![2]).await.unwrap(), ControlOutcome::Done(2));
    }

    #[tokio::test]
    async fn a_hanging_call_goes_on_once_the_store_is_mended() {
        let store = FaultyStore::new(MemoryStore::new());
        store.plan(When::Always, Fault::Hangs);
        let mut heads = store.heads();
        assert!(heads.as_mut().now_or_never().is_none());
        store.mend();
        assert!(heads.await.is_ok());
    }
}
