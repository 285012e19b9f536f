//! The feed of a store in this process: changes and probes take the same way, in order.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::watch;

use super::LocalHeads;
use crate::{
    id::Cell,
    store::{Feed, FeedNews, Heads, Probe, StoreError, StoreFuture},
};

pub(in crate::store) struct LocalFeed {
    heads: Arc<LocalHeads>,
    changed: watch::Receiver<u64>,
    told: Heads,
    /// Probes that have been sent, and news that has not been handed out yet.
    waiting: VecDeque<FeedNews>,
    probes: u64,
}

impl LocalFeed {
    pub(in crate::store) fn new(heads: Arc<LocalHeads>) -> Self {
        let changed = heads.subscribe();
        let told = heads.now();
        Self { heads, changed, told, waiting: VecDeque::new(), probes: 0 }
    }

    /// Puts every change up to now in front of whatever follows.
    fn gather(&mut self) {
        let heads = self.heads.now();
        let grown = Cell::all().filter(|cell| heads.of(*cell) > self.told.of(*cell));
        self.waiting.extend(grown.map(|cell| FeedNews::Changed(cell, heads.of(cell))));
        self.told = heads;
    }
}

impl Feed for LocalFeed {
    fn probe(&mut self) -> StoreFuture<'_, Probe> {
        Box::pin(async move {
            self.probes += 1;
            let probe = Probe::new(self.probes);
            self.gather();
            self.waiting.push_back(FeedNews::Returned(probe));
            Ok(probe)
        })
    }

    fn next(&mut self) -> StoreFuture<'_, FeedNews> {
        Box::pin(async move {
            loop {
                if let Some(news) = self.waiting.pop_front() {
                    return Ok(news);
                }
                self.gather();
                if self.waiting.is_empty() && self.changed.changed().await.is_err() {
                    return Err(StoreError::unavailable("the store is closed"));
                }
            }
        })
    }
}
