//! Whether a near cache stands in front of the store, and what a recalled session may decide.

use std::{any::Any, sync::Arc};

use super::{
    Sessions, Verdict,
    judge::{Judgement, judge},
    resume::{Look, active},
};
use crate::{
    cache::{CacheMetrics, NearCache},
    policy::Policy,
    record::Record,
    store::{Durability, Loaded, Store, StoredState},
    time::Clock,
    token::Presented,
};

/// What was chosen.
#[derive(Clone)]
pub(super) enum Near {
    /// One in front of every store that outlives the process; a memory store is as near.
    Default,
    /// One of this many bytes.
    Bytes(usize),
    Without,
    /// The store is one already.
    There(NearCache),
}

impl Near {
    pub(super) fn of(store: &impl Store) -> Self {
        let there = (store as &dyn Any).downcast_ref::<NearCache>();
        there.map_or(Self::Default, |cache| Self::There(cache.clone()))
    }

    /// The store as the engine is to see it, with its cache.
    pub(super) fn in_front_of(
        self,
        store: Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
    ) -> (Arc<dyn Store>, Option<NearCache>) {
        let options = NearCache::options().shared_clock(clock.clone());
        let options = match self {
            Self::There(cache) => return (store, Some(cache)),
            Self::Without => return (store, None),
            Self::Default if store.durability() == Durability::Memory => return (store, None),
            Self::Default => options,
            Self::Bytes(bytes) => options.bytes(bytes),
        };
        let cache = options.in_front_of_shared(store);
        (Arc::new(cache.clone()), Some(cache))
    }
}

impl Sessions {
    /// What the near cache has done and holds; `None` without one.
    pub fn cache_metrics(&self) -> Option<CacheMetrics> {
        self.inner.cache.as_ref().map(NearCache::metrics)
    }

    /// Ends when every node refuses what was ended before this call: [`Policy::max_staleness`] after it.
    /// This node refuses it as soon as the end is acknowledged; wait for this before telling somebody
    /// that a stolen session is closed everywhere.
    ///
    /// ```
    /// # use handstamp::{AccountId, Sessions};
    /// # async fn stolen(sessions: Sessions, account: AccountId) -> Result<(), handstamp::EndError> {
    /// sessions.account(&account).end_all_as_admin().await?;
    /// sessions.ended_everywhere().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The nodes of a realm are to run under one policy; wait for the longest staleness that any of them
    /// allows.
    pub async fn ended_everywhere(&self) {
        let staleness = self.policy().max_staleness;
        if !staleness.is_zero() {
            self.inner.time.clock().sleep(staleness).await;
        }
    }

    /// The verdict from memory: `Active` where nothing has to be written, or `Ended` by an end that is
    /// recorded. Everything else may be old, such as an idle clock that another node has wound up again,
    /// and is asked of the store (promise 13).
    pub(super) async fn recalled(
        &self,
        presented: &Arc<Presented>,
        look: Look,
        policy: &Policy,
    ) -> Option<Verdict> {
        if look.is_again() || policy.max_staleness.is_zero() {
            return None;
        }
        let recalled = self.inner.store.recall(&self.key(presented.id), policy.max_staleness)?;
        // Record and data stay where they are: this copies counted pointers.
        let mut loaded = Loaded::clone(&recalled);
        let stored_use = loaded.session.last_use;
        self.with_known_use(&mut loaded.session);
        let record = Record::decode(&loaded.session.body).ok()?;
        let now = self.now();
        let token = (presented.generation, &presented.secret);
        match judge(&loaded, &record, token, policy, look.arrived(now), now) {
            Judgement::Ended(ending) if matches!(loaded.session.state, StoredState::Ended(_)) => {
                Some(Verdict::Ended(ending.reason))
            }
            Judgement::Active { renewal, note: None } if loaded.session.replaces.is_none() => {
                if look.is_use() {
                    self.touch(&loaded.session, stored_use, policy, now).await;
                }
                active(loaded, record, presented.clone(), renewal).ok()
            }
            _ => None,
        }
    }
}
