//! A damaged session in a store once would have kept 499 others in its batch from being noted: the batch
//! failed whole, and again each time.

use std::sync::Arc;

use handstamp::{
    Corrupt, SessionId, forward_store,
    store::{Durability, MemoryStore, Store, StoreError, StoreFuture, Touch},
    testing::StoreCall,
};

use crate::support::{MINUTE, SECOND, World};

/// Finds a session unreadable, and with it every batch that touches it.
struct DamagedStore {
    store: MemoryStore,
    damaged: Arc<std::sync::OnceLock<SessionId>>,
}

impl DamagedStore {
    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a MemoryStore) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&self.store)
    }
}

impl Store for DamagedStore {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn touch<'a>(&'a self, touches: &'a [Touch]) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let damaged = self.damaged.get();
            if touches.iter().any(|touch| Some(&touch.key.id) == damaged) {
                return Err(StoreError::Corrupt(unreadable()));
            }
            self.store.touch(touches).await
        })
    }

    forward_store!(every read);
    forward_store!(create commit renew admit end account sweep put_control import);
}

/// As a store would say it.
fn unreadable() -> Corrupt {
    handstamp::Entry::decode(&[]).unwrap_err()
}

#[tokio::test]
async fn an_unreadable_session_keeps_no_other_from_being_noted() {
    let damaged = Arc::default();
    let world = World::on(DamagedStore { store: MemoryStore::new(), damaged: Arc::clone(&damaged) });
    let mut clients = Vec::new();
    for number in 0..9 {
        clients.push(world.sign_in(&format!("account {number}")).await);
    }
    let upkeep = world.sessions.start_upkeep();
    world.pass(MINUTE).await;
    for client in &clients {
        assert!(client.uses(&world.sessions).await);
    }
    let used = world.sessions.now();
    damaged.set(clients[4].id).unwrap();
    world.pass(2 * SECOND).await;
    for (number, client) in clients.iter().enumerate() {
        assert_eq!(world.stored_use(client).await == used, number != 4, "{number}");
    }
    upkeep.stop().await.unwrap();
}
