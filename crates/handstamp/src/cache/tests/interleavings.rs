//! The cache with the scheduler in the test's hands, as `sessions/interleavings.rs` says: loads against
//! ends here and elsewhere, and against each other, in one order after the other.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use shuttle::future::{block_on, spawn};

use super::{CELL, end, session_of};
use crate::{
    cache::{
        NearCache,
        follow::{Running, follow},
    },
    sessions::interleavings::search,
    store::{Create, Loaded, MemoryStore, SessionKey, Store, StoredState},
    testing::{FakeClock, Operation, SpyStore},
};

const SECOND: Duration = Duration::from_secs(1);

/// A cache over a store that holds one live session.
struct Race {
    cache: NearCache,
    spy: SpyStore,
    elsewhere: MemoryStore,
    key: SessionKey,
}

impl Race {
    async fn new() -> Self {
        let elsewhere = MemoryStore::new();
        let session = session_of(CELL, 1, None).session;
        let key = session.key.clone();
        elsewhere.create(Create { session }).await.unwrap();
        let spy = SpyStore::new(elsewhere.clone());
        let cache = NearCache::options().clock(FakeClock::new()).in_front_of(spy.clone());
        Self { cache, spy, elsewhere, key }
    }

    /// Followed by hand, one step after the other; no task does so.
    async fn followed_by_hand() -> Self {
        let race = Self::new().await;
        race.cache.inner.followed.store(true, Ordering::Release);
        race.cache.inner.begin_following(&race.elsewhere.heads().await.unwrap());
        race.prove();
        race
    }

    fn prove(&self) {
        let now = self.cache.inner.clock.elapsed();
        self.cache.inner.vouch.prove(now, now, 0);
    }

    fn is_remembered_alive(&self) -> bool {
        self.cache.recall(&self.key, SECOND).is_some_and(|there| is_alive(&there))
    }

    fn loading(&self) -> shuttle::future::JoinHandle<Loaded> {
        let (cache, key) = (self.cache.clone(), self.key.clone());
        spawn(async move { cache.load(&key).await.unwrap().expect("it is known, alive or ended") })
    }
}

fn is_alive(loaded: &Loaded) -> bool {
    loaded.session.state == StoredState::Live
}

/// Two loads, and an end elsewhere that the follower is told of in the middle of them.
#[test]
fn what_was_told_as_ended_is_alive_in_no_order() {
    search(|| {
        block_on(async {
            let race = Arc::new(Race::followed_by_hand().await);
            let loads = [race.loading(), race.loading()];
            race.elsewhere.end(end(&race.key)).await.unwrap();
            race.cache.inner.catch_up(CELL, 2).await.unwrap();
            race.prove();
            assert!(!race.is_remembered_alive());
            for load in loads {
                load.await.unwrap();
                assert!(!race.is_remembered_alive());
            }
        });
    });
}

/// Two loads, and an end through this cache: refused from the moment at which it is acknowledged.
#[test]
fn what_was_ended_here_is_alive_in_no_order() {
    search(|| {
        block_on(async {
            let race = Race::followed_by_hand().await;
            let loads = [race.loading(), race.loading()];
            race.cache.end(end(&race.key)).await.unwrap();
            assert!(!race.is_remembered_alive());
            for load in loads {
                load.await.unwrap();
                assert!(!race.is_remembered_alive());
            }
        });
    });
}

/// Loads that are asked for after an end was acknowledged elsewhere show it, though earlier ones are
/// under way and nothing was told yet; and no session is loaded more often than it was asked for.
#[test]
fn a_shared_load_shows_what_came_before_it_was_asked_for() {
    search(|| {
        block_on(async {
            let race = Race::followed_by_hand().await;
            let early = [race.loading(), race.loading()];
            race.elsewhere.end(end(&race.key)).await.unwrap();
            let late = [race.loading(), race.loading()];
            for load in late {
                assert!(!is_alive(&load.await.unwrap()));
            }
            for load in early {
                load.await.unwrap();
            }
            assert!((1..=4).contains(&race.spy.count(Operation::Load)));
        });
    });
}

/// The follower itself, on the store's own feed.
#[test]
fn a_cache_that_has_caught_up_knows_every_end_before_that() {
    search(|| {
        block_on(async {
            let race = Race::new().await;
            let inner = &race.cache.inner;
            inner.followed.store(true, Ordering::Release);
            let following = spawn(follow(Running::new(inner), inner.clock.clone(), inner.wanted.subscribe()));
            race.cache.caught_up().await;
            let load = race.loading();
            race.elsewhere.end(end(&race.key)).await.unwrap();
            race.cache.caught_up().await;
            assert!(!race.is_remembered_alive());
            load.await.unwrap();
            assert!(!race.is_remembered_alive());
            drop(race);
            following.await.unwrap();
        });
    });
}
