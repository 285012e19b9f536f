//! The way between a cache and its store: loads take a while to come back, so that news overtakes them,
//! and it can be cut, so that calls pass and nothing is heard any more.

use std::sync::Arc;

use handstamp::{
    forward_store,
    store::{Durability, Feed, FeedNews, Loaded, Probe, SessionKey, Store, StoreFuture},
    testing::StoreCall,
};
use tokio::{sync::watch, task::yield_now};

use super::kit::Dice;

pub(super) struct Wire {
    store: Arc<dyn Store>,
    cut: watch::Receiver<bool>,
    dice: Dice,
}

/// Turns that a load may take to come back.
const LOAD: usize = 64;

impl Wire {
    pub(super) fn new(store: impl Store, cut: watch::Receiver<bool>) -> Self {
        Self { store: Arc::new(store), cut, dice: Dice::new(1) }
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }
}

impl Store for Wire {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>> {
        Box::pin(async move {
            let feed = self.store.feed().await?;
            Ok(Box::new(CutFeed { feed, cut: self.cut.clone() }) as Box<dyn Feed>)
        })
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        Box::pin(async move {
            let loaded = self.store.load(key).await;
            for _ in 0..self.dice.roll(LOAD) {
                yield_now().await;
            }
            loaded
        })
    }

    forward_store!(load_many list scan changes heads changed stats control export);
    forward_store!(create commit renew touch admit end account sweep put_control import);
}

struct CutFeed {
    feed: Box<dyn Feed>,
    cut: watch::Receiver<bool>,
}

impl Feed for CutFeed {
    fn probe(&mut self) -> StoreFuture<'_, Probe> {
        self.feed.probe()
    }

    fn next(&mut self) -> StoreFuture<'_, FeedNews> {
        Box::pin(async move {
            let mut was_cut = self.cut.clone();
            loop {
                // The test holds the sender; once it is gone, nothing is cut any more.
                let _ = self.cut.wait_for(|cut| !cut).await;
                tokio::select! {
                    biased;
                    Ok(_) = was_cut.wait_for(|cut| *cut) => {}
                    news = self.feed.next() => return news,
                }
            }
        })
    }
}
