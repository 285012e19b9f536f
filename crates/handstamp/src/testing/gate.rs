//! A store with gates in it: how a test arranges who comes first, without a sleep.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::{Operation, StoreCall};
use crate::{
    forward_store,
    store::{Durability, Store, StoreFuture},
    time::Timestamp,
};

/// On which side of the store a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// Calls wait before the store has seen them.
    Before,
    /// Calls wait after the store has carried them out, before the caller is told.
    After,
}

/// A wrapper around any store that stops calls at gates. Clones are the same store.
///
/// ```
/// # use handstamp::{store::{MemoryStore, Store}, testing::{GateStore, Operation, Side}};
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let store = GateStore::new(MemoryStore::new());
/// let gate = store.close(Operation::Heads, Side::Before);
/// let caller = tokio::spawn({ let store = store.clone(); async move { store.heads().await } });
/// gate.arrived(1).await;
/// // The call has begun and the store has not seen it: whatever happens here happens first.
/// gate.open();
/// assert!(caller.await.unwrap().is_ok());
/// # });
/// ```
#[derive(Clone)]
pub struct GateStore {
    store: Arc<dyn Store>,
    gates: Arc<Mutex<Vec<Gate>>>,
}

/// One gate. Clones are the same gate.
#[derive(Clone)]
pub struct Gate {
    operation: Operation,
    side: Side,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    arrived: usize,
    let_through: usize,
    open: bool,
}

impl GateStore {
    /// Around this store; no gate is closed.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), gates: Arc::default() }
    }

    /// Closes a gate for calls of `operation` from now on.
    pub fn close(&self, operation: Operation, side: Side) -> Gate {
        let gate = Gate { operation, side, state: watch::Sender::new(State::default()) };
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).push(gate.clone());
        gate
    }

    async fn pass(&self, operation: Operation, side: Side) {
        let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for gate in gates {
            if gate.operation == operation && gate.side == side {
                gate.pass().await;
            }
        }
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        StoreCall { operation: kind, .. }: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            self.pass(kind, Side::Before).await;
            let answer = operation(&*self.store).await;
            self.pass(kind, Side::After).await;
            answer
        })
    }
}

impl Gate {
    /// Ends once `callers` have come to this gate, counting those that were let through.
    pub async fn arrived(&self, callers: usize) {
        // The gate holds the sender, so this ends only by arrivals.
        let _ = self.state.subscribe().wait_for(|state| state.arrived >= callers).await;
    }

    /// How many have come so far.
    pub fn count(&self) -> usize {
        self.state.borrow().arrived
    }

    /// Lets `callers` more through, in the order in which they came or will come.
    pub fn let_through(&self, callers: usize) {
        self.state.send_modify(|state| state.let_through += callers);
    }

    /// Opens it for good.
    pub fn open(&self) {
        self.state.send_modify(|state| state.open = true);
    }

    async fn pass(&self) {
        let mut place = 0;
        self.state.send_modify(|state| {
            state.arrived += 1;
            place = state.arrived;
        });
        let _ = self.state.subscribe().wait_for(|state| state.open || state.let_through >= place).await;
    }
}

impl Store for GateStore {
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
    use crate::store::MemoryStore;

    #[tokio::test]
    async fn calls_wait_on_their_side_and_pass_in_order() {
        let memory = MemoryStore::new();
        let store = GateStore::new(memory.clone());
        let before = store.close(Operation::PutControl, Side::Before);
        let after = store.close(Operation::PutControl, Side::After);
        let mut first = store.put_control("a", None, vec![1]);
        let mut second = store.put_control("b", None, vec![2]);
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        before.arrived(2).await;
        assert!(memory.control("a").await.unwrap().is_none());

        before.let_through(1);
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        after.arrived(1).await;
        assert!(memory.control("a").await.unwrap().is_some());
        assert!(memory.control("b").await.unwrap().is_none());

        before.open();
        after.open();
        assert!(first.await.is_ok());
        assert!(second.await.is_ok());
        assert_eq!((before.count(), after.count()), (2, 2));
    }
}
