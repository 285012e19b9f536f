//! A grace that runs from the making of the successor: a client that lost the answer and came back
//! later is taken for a thief.

use std::sync::Arc;

use handstamp::{
    Change, Timestamp, forward_store,
    store::{Durability, Renew, Store, StoreFuture, WriteOutcome},
    testing::StoreCall,
};
use serde_json::Value;

/// Every renewal is stored as if its new token had been presented at once.
pub struct GraceFromMaking(Arc<dyn Store>);

impl GraceFromMaking {
    /// Around a store without this bug.
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.0)
    }
}

/// The record with its window's start set. The first byte is the format, the rest is JSON.
fn presented(body: &[u8], at: Timestamp) -> Option<Vec<u8>> {
    let (format, json) = body.split_first()?;
    let mut record: Value = serde_json::from_slice(json).ok()?;
    *record.get_mut("rotation")?.get_mut("presented")? = at.as_millis().into();
    Some([vec![*format], serde_json::to_vec(&record).ok()?].concat())
}

impl Store for GraceFromMaking {
    fn durability(&self) -> Durability {
        self.0.durability()
    }

    fn renew(&self, mut renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        if let Change::Renewed { .. } = renew.change
            && let Some(body) = presented(&renew.body, renew.at)
        {
            renew.body = body.into();
        }
        self.0.renew(renew)
    }

    forward_store!(every read);
    forward_store!(create commit touch admit end account sweep put_control import);
}
