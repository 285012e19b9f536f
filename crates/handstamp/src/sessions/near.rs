//! Whether a near cache stands in front of the store, and what a recalled session may decide.

use std::{any::Any, sync::Arc};

use super::{
    Sessions, Verdict,
    judge::{Judgement, judge},
    resume::{Look, active},
    session::Snapshot,
};
use crate::{
    cache::{CacheMetrics, NearCache},
    policy::Policy,
    store::{Durability, Store, StoredState},
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

/// What memory says of a token.
pub(super) enum Recalled {
    /// The verdict.
    Answered(Verdict),
    /// Nothing that counts; but the token is one of ours.
    Genuine,
    /// Nothing, not even that.
    Unverified,
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
    pub(super) async fn recalled(&self, presented: &Presented, look: Look, policy: &Policy) -> Recalled {
        let key = self.key(presented.id);
        let there = match &self.inner.memory {
            Some(memory) => memory.recall(&key),
            None => self.inner.store.recall(&key, policy.max_staleness),
        };
        let Some(loaded) = there else { return Recalled::Unverified };
        let (session, keys) = (&loaded.session, self.keys());
        // A MAC that was found genuine with this record is not computed again: the judgement below asks
        // for the secret, and the MAC follows from the rest.
        let is_seen = session.body.has_seen(presented) && keys.knows(presented);
        if !is_seen && !keys.verify(presented) {
            return Recalled::Answered(Verdict::Invalid);
        }
        let undecided = if is_seen { Recalled::Unverified } else { Recalled::Genuine };
        let Ok(head) = session.body.head() else { return undecided };
        let last_use = self.last_use_of(session);
        let now = self.now();
        let token = (presented.generation, &presented.secret);
        match judge(&loaded, last_use, head, token, policy, look.arrived(now), now) {
            Judgement::Ended(ending) if matches!(session.state, StoredState::Ended(_)) => {
                Recalled::Answered(Verdict::Ended(ending.reason))
            }
            Judgement::Active { renewal, note: None } if session.replaces.is_none() => {
                if look.is_use() {
                    self.touch(session, policy, now).await;
                }
                if presented.generation == head.generation {
                    session.body.remember(presented);
                }
                Recalled::Answered(active(Snapshot::new(loaded, last_use, presented.clone(), renewal)))
            }
            _ => undecided,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        forward_store,
        sessions::{Activity, Builder},
        store::{MemoryStore, StoreFuture},
        testing::{FakeClock, Operation, SpyStore, StoreCall, sign_in_as},
        token::RealmKey,
    };

    /// A store that says that it outlives the process.
    struct Durable(Arc<dyn Store>);

    impl Durable {
        fn around<'a, T: Send + 'a>(
            &'a self,
            _: StoreCall,
            operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
        ) -> StoreFuture<'a, T> {
            operation(&*self.0)
        }
    }

    impl Store for Durable {
        fn durability(&self) -> Durability {
            Durability::OnDisk
        }

        forward_store!(every operation);
    }

    fn durable(store: impl Store) -> Builder {
        Sessions::builder(Durable(Arc::new(store))).key(RealmKey::generate())
    }

    #[test]
    fn every_store_but_a_memory_store_has_a_near_cache_unless_told_otherwise() {
        let has_cache = |builder: Builder| builder.build().unwrap().cache_metrics().is_some();
        assert!(!has_cache(Sessions::builder(MemoryStore::new())));
        assert!(has_cache(Sessions::builder(MemoryStore::new()).near_cache(1 << 20)));
        assert!(has_cache(durable(MemoryStore::new())));
        assert!(!has_cache(durable(MemoryStore::new()).without_near_cache()));
    }

    #[tokio::test]
    async fn a_cache_that_is_given_is_the_one_that_is_used() {
        let clock = FakeClock::new();
        let given =
            NearCache::options().clock(clock.clone()).in_front_of(Durable(Arc::new(MemoryStore::new())));
        let builder = Sessions::builder(given.clone()).key(RealmKey::generate()).without_near_cache();
        let sessions = builder.clock(clock).build().unwrap();
        given.caught_up().await;
        let client = sign_in_as(&sessions, "ann").await;
        for _ in 0..2 {
            sessions.resume(client.token.expose().as_bytes(), Activity::Watch).await;
        }
        assert_eq!(given.metrics().hits, 1);
        assert_eq!(sessions.cache_metrics(), Some(given.metrics()));
    }

    /// A request that is asked for a second time is one that found that somebody else has written.
    #[tokio::test]
    async fn a_second_look_asks_the_store() {
        let spy = SpyStore::new(MemoryStore::new());
        let clock = FakeClock::new();
        let cache = NearCache::options().clock(clock.clone()).in_front_of(spy.clone());
        let sessions = Sessions::builder(cache.clone()).clock(clock).build().unwrap();
        cache.caught_up().await;
        let client = sign_in_as(&sessions, "ann").await;
        sessions.resume(client.token.expose().as_bytes(), Activity::Watch).await;
        let presented = Presented::parse(client.token.expose().as_bytes()).unwrap();
        spy.forget();
        assert!(matches!(sessions.decide(&presented, Look::Again).await, Ok(Verdict::Active(_))));
        spy.assert_operations(&[Operation::Load]);
    }

    #[tokio::test]
    async fn without_staleness_nobody_waits_for_other_nodes() {
        use futures_util::FutureExt;

        let policy = Policy::aal2().max_staleness(Duration::ZERO);
        let sessions = Sessions::builder(MemoryStore::new()).policy(policy).clock(FakeClock::new()).build();
        let sessions = sessions.unwrap();
        assert!(sessions.ended_everywhere().now_or_never().is_some());
        sessions.set_policy(Policy::aal2()).unwrap();
        assert!(sessions.ended_everywhere().now_or_never().is_none());
    }
}
