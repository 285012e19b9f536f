//! What is kept of a load, and who shares it.

use std::sync::Arc;

use futures_util::FutureExt;
use tokio::task::JoinHandle;

use super::{CELL, Rig, SECOND, ann, end, end_of, session_of, settle};
use crate::{
    realm::RealmName,
    store::{Create, EndOutcome, Loaded, SessionKey, Store, StoreError, StoreFuture, StoredState, Target},
    testing::{Operation, Side},
};

/// Somebody loads a session, and is on the way when this returns.
async fn loading(rig: &Rig, key: &SessionKey) -> JoinHandle<Result<Option<Loaded>, StoreError>> {
    let (cache, key) = (rig.cache.clone(), key.clone());
    let loading = tokio::spawn(async move { cache.load(&key).await });
    settle().await;
    loading
}

fn is_live(loaded: &Loaded) -> bool {
    loaded.session.state == StoredState::Live
}

/// A load reads the session, the session ends elsewhere and the cache is told, and only then the load
/// comes back: kept, it would let a signed-out session in for as long as the feed is healthy.
#[tokio::test]
async fn a_fill_that_a_change_has_overtaken_is_told_and_not_kept() {
    let rig = Rig::proven().await;
    let key = rig.begun(1).await;
    let on_the_way = rig.gates.close(Operation::Load, Side::After);
    let load = loading(&rig, &key).await;
    on_the_way.arrived(1).await;
    rig.elsewhere.end(end(&key)).await.unwrap();
    rig.tell().await;
    on_the_way.open();
    assert!(is_live(&load.await.unwrap().unwrap().unwrap()), "it read before the end");
    assert!(rig.recall(&key).is_none());
    assert_eq!(rig.cache.metrics().discarded, 1);
    assert!(!is_live(&rig.cache.load(&key).await.unwrap().unwrap()));
    assert!(!is_live(&rig.recall(&key).unwrap()), "an end is remembered: it is for good");
}

/// The same while the feed is lost and opened again.
#[tokio::test]
async fn a_fill_that_outlasts_its_feed_is_not_kept() {
    let rig = Rig::proven().await;
    let key = rig.begun(1).await;
    let on_the_way = rig.gates.close(Operation::Load, Side::After);
    let load = loading(&rig, &key).await;
    on_the_way.arrived(1).await;
    rig.hand.fail();
    settle().await;
    rig.elsewhere.end(end(&key)).await.unwrap();
    rig.clock.advance(SECOND);
    rig.prove().await;
    on_the_way.open();
    load.await.unwrap().unwrap();
    assert!(rig.recall(&key).is_none());
}

/// A load that began while nobody listened has read before the positions from which the new feed tells.
#[tokio::test]
async fn a_fill_from_between_two_feeds_is_not_kept() {
    let rig = Rig::proven().await;
    let key = rig.begun(1).await;
    rig.hand.fail();
    settle().await;
    let on_the_way = rig.gates.close(Operation::Load, Side::After);
    let load = loading(&rig, &key).await;
    on_the_way.arrived(1).await;
    rig.elsewhere.end(end(&key)).await.unwrap();
    rig.clock.advance(SECOND);
    rig.prove().await;
    on_the_way.open();
    load.await.unwrap().unwrap();
    assert!(rig.recall(&key).is_none());
}

/// Of a load that is under way nobody knows whose session it brings: what befalls an account or a realm
/// may befall it.
#[tokio::test]
async fn a_fill_that_a_bulk_end_has_overtaken_is_not_kept() {
    type Bulk = fn(&Rig) -> StoreFuture<'_, EndOutcome>;
    let ends: [Bulk; 3] = [
        |rig| rig.cache.end(end_of(Target::Account(ann()))),
        |rig| rig.cache.end(end_of(Target::Cell(RealmName::default(), CELL))),
        |rig| {
            Box::pin(async move {
                let end = end_of(Target::Cell(RealmName::default(), CELL));
                let outcome = rig.elsewhere.end(end).await;
                rig.tell().await;
                outcome
            })
        },
    ];
    for end in ends {
        let rig = Rig::proven().await;
        let session = session_of(CELL, 1, Some("ann")).session;
        let key = session.key.clone();
        rig.elsewhere.create(Create { session }).await.unwrap();
        rig.tell().await;
        let on_the_way = rig.gates.close(Operation::Load, Side::After);
        let load = loading(&rig, &key).await;
        on_the_way.arrived(1).await;
        end(&rig).await.unwrap();
        on_the_way.open();
        load.await.unwrap().unwrap();
        assert!(rig.recall(&key).is_none());
    }
}

/// Absence ends with a sign-in, and no entry of the log names a session that nobody knew.
#[tokio::test]
async fn absence_is_never_kept() {
    let rig = Rig::proven().await;
    let key = session_of(CELL, 1, None).session.key;
    assert!(rig.cache.load(&key).await.unwrap().is_none());
    assert!(rig.recall(&key).is_none());
    assert_eq!(rig.cache.metrics().entries, 0);
    rig.begun(1).await;
    assert!(rig.cache.load(&key).await.unwrap().is_some());
}

#[tokio::test]
async fn a_hundred_who_ask_at_once_cost_two_loads() {
    let rig = Rig::proven().await;
    let key = rig.begun(1).await;
    let gate = rig.gates.close(Operation::Load, Side::Before);
    rig.spy.forget();
    let mut loads = Vec::new();
    for _ in 0..100 {
        loads.push(loading(&rig, &key).await);
    }
    assert_eq!(gate.count(), 1, "the others wait for the first");
    gate.open();
    for load in loads {
        assert!(load.await.unwrap().unwrap().is_some());
    }
    assert_eq!(rig.spy.count(Operation::Load), 2);
    assert_eq!(rig.cache.metrics().joined, 98);
}

/// Loads of different sessions do not wait for each other.
#[tokio::test]
async fn other_sessions_are_loaded_meanwhile() {
    let rig = Rig::proven().await;
    let (first, second) = (rig.begun(1).await, rig.begun(2).await);
    let gate = rig.gates.close(Operation::Load, Side::Before);
    let loads = [loading(&rig, &first).await, loading(&rig, &second).await];
    gate.arrived(2).await;
    gate.open();
    for load in loads {
        assert!(load.await.unwrap().unwrap().is_some());
    }
}

/// "Ask the store" means now: a load that has read already is of no use to whoever comes after an end
/// was acknowledged, on whichever node, and whether or not the feed has told of it.
#[tokio::test]
async fn nobody_is_given_what_was_read_before_they_asked() {
    let rig = Rig::proven().await;
    let key = rig.begun(1).await;
    let on_the_way = rig.gates.close(Operation::Load, Side::After);
    let early = loading(&rig, &key).await;
    on_the_way.arrived(1).await;
    rig.elsewhere.end(end(&key)).await.unwrap();
    let late = loading(&rig, &key).await;
    on_the_way.open();
    assert!(is_live(&early.await.unwrap().unwrap().unwrap()));
    assert!(!is_live(&late.await.unwrap().unwrap().unwrap()));
}

/// A request that is given up (its client has gone, the store timeout has passed) holds up nobody.
#[tokio::test]
async fn a_load_that_is_dropped_lets_the_next_begin() {
    let rig = Rig::proven().await;
    let key = rig.begun(1).await;
    let gate = rig.gates.close(Operation::Load, Side::Before);
    let given_up = loading(&rig, &key).await;
    let waiting = loading(&rig, &key).await;
    assert_eq!(gate.count(), 1);
    given_up.abort();
    settle().await;
    gate.arrived(2).await;
    gate.open();
    assert!(waiting.await.unwrap().unwrap().is_some());
}

/// Whoever shares a load shares its failure, and nothing of it is kept.
#[tokio::test]
async fn a_failure_is_told_to_all_and_kept_for_nobody() {
    use crate::testing::{Fault, FaultyStore, When};

    let rig = Rig::proven().await;
    let key = rig.begun(1).await;
    let faulty = FaultyStore::new(rig.elsewhere.clone());
    let cache = super::NearCache::options().clock(rig.clock.clone()).in_front_of(faulty.clone());
    assert!(cache.recall(&key, SECOND).is_none());
    cache.caught_up().await;
    faulty.plan(When::Operation(Operation::Load), Fault::Before);
    let (first, second) = futures_util::future::join(cache.load(&key), cache.load(&key)).await;
    assert!(first.is_err() && second.is_err());
    faulty.mend();
    assert!(cache.recall(&key, SECOND).is_none());
    assert!(cache.load(&key).await.unwrap().is_some());
    assert!(cache.recall(&key, SECOND).is_some());
}

/// What is handed out is what lies in the cache, not a copy.
#[tokio::test]
async fn a_hit_copies_nothing() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    let (first, second) = (rig.recall(&key).unwrap(), rig.recall(&key).unwrap());
    assert!(Arc::ptr_eq(&first, &second));
    assert!(rig.cache.load(&key).now_or_never().is_some());
}
