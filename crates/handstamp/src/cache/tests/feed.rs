//! When the cache may be believed: only as far as a probe of its own has come back.

use std::time::Duration;

use super::{CELL, Rig, SECOND, ann, end, session_of, settle};
use crate::{
    encoding::Corrupt,
    id::{Cell, SessionId},
    log::{Change, Entry},
    realm::RealmName,
    reason::{Actor, EndReason},
    store::{Create, FeedNews, MemoryStore, Store, StoreError},
    testing::Operation,
    time::{Clock, Timestamp},
};

const MILLISECOND: Duration = Duration::from_millis(1);

#[tokio::test]
async fn nothing_is_vouched_for_before_a_probe_has_come_back() {
    let rig = Rig::new();
    let stranger = session_of(CELL, 9, None).session.key;
    assert!(rig.recall(&stranger).is_none());
    settle().await;
    let key = rig.begun(1).await;
    rig.cache.load(&key).await.unwrap();
    assert_eq!(rig.cache.metrics().entries, 1);
    assert!(rig.recall(&key).is_none());
    rig.hand.return_probes();
    settle().await;
    assert!(rig.recall(&key).is_some());
    assert_eq!(rig.cache.metrics().unproven, 1);
}

/// Promise 13: the age of an answer is counted from the sending of the probe, not from its return.
#[tokio::test]
async fn the_age_of_a_proof_counts_from_its_sending() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    rig.clock.advance(SECOND / 2);
    settle().await;
    let sent = rig.clock.elapsed();
    rig.clock.advance(SECOND / 2);
    settle().await;
    // Only now the probes of half a second ago come back, with the one of just now lost on the way.
    rig.hand.hands().sent.pop_back();
    rig.hand.return_probes();
    settle().await;
    let metrics = rig.cache.metrics();
    assert_eq!((metrics.feed_age, metrics.lag), (Some(SECOND / 2), Some(SECOND / 2)));
    assert!(rig.recall(&key).is_some());
    rig.clock.advance(SECOND / 2 - MILLISECOND);
    assert!(rig.recall(&key).is_some());
    rig.clock.advance(MILLISECOND);
    assert_eq!(rig.clock.elapsed() - sent, SECOND);
    assert!(rig.recall(&key).is_none());
}

#[tokio::test]
async fn a_smaller_staleness_is_refused_while_a_larger_one_is_answered() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    rig.clock.advance(SECOND / 10);
    assert!(rig.cache.recall(&key, SECOND / 20).is_none());
    assert!(rig.cache.recall(&key, SECOND / 10 + MILLISECOND).is_some());
    assert!(rig.cache.recall(&key, Duration::ZERO).is_none());
}

/// A feed that is cut off goes on saying nothing, and a change elsewhere is not heard of.
#[tokio::test]
async fn a_feed_whose_probes_do_not_return_stops_being_believed_and_is_opened_again() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    rig.elsewhere.end(end(&key)).await.unwrap();
    assert!(rig.recall(&key).is_some(), "within its stated age");
    for _ in 0..10 {
        rig.clock.advance(SECOND / 10);
        settle().await;
    }
    assert!(rig.recall(&key).is_none());
    // Other news proves nothing.
    rig.hand.say(FeedNews::Changed(Cell::new(8), 0));
    settle().await;
    assert!(rig.recall(&key).is_none());
    assert_eq!(rig.hand.opened(), 1);
    for _ in 0..60 {
        rig.clock.advance(SECOND / 10);
        settle().await;
    }
    assert_eq!((rig.hand.opened(), rig.cache.metrics().feed_lost), (2, 1));
    rig.prove().await;
    assert!(rig.recall(&key).is_none(), "what was kept before the feed was lost is gone");
}

#[tokio::test]
async fn a_lost_feed_takes_everything_with_it_at_once() {
    for lose in [|rig: &Rig| rig.hand.say(FeedNews::Lost), |rig: &Rig| rig.hand.fail()] {
        let rig = Rig::proven().await;
        let key = rig.cached(1).await;
        lose(&rig);
        settle().await;
        let metrics = rig.cache.metrics();
        assert_eq!((metrics.feed_age, metrics.entries, metrics.feed_lost), (None, 0, 1));
        // What is loaded while nobody listens is not kept: nobody would say that it changed.
        rig.cache.load(&key).await.unwrap();
        assert_eq!(rig.cache.metrics().entries, 0);
        rig.clock.advance(SECOND);
        settle().await;
        rig.prove().await;
        assert!(rig.recall(&key).is_none());
        rig.cache.load(&key).await.unwrap();
        assert!(rig.recall(&key).is_some());
    }
}

/// A probe goes out three times within the smallest staleness that was asked for.
#[tokio::test]
async fn probes_go_out_at_a_third_of_the_smallest_staleness() {
    let rig = Rig::proven().await;
    let before = rig.hand.probes();
    for _ in 0..100 {
        rig.clock.advance(SECOND / 100);
        settle().await;
        rig.hand.return_probes();
    }
    let in_a_second = rig.hand.probes() - before;
    assert!((2..=3).contains(&in_a_second), "{in_a_second}");
    rig.cache.recall(&session_of(CELL, 1, None).session.key, SECOND / 10);
    let before = rig.hand.probes();
    for _ in 0..100 {
        rig.clock.advance(SECOND / 100);
        settle().await;
        rig.hand.return_probes();
    }
    let in_a_second = rig.hand.probes() - before;
    assert!((25..=33).contains(&in_a_second), "{in_a_second}");
}

#[tokio::test]
async fn a_change_elsewhere_drops_its_session_and_no_other() {
    let rig = Rig::proven().await;
    let (changed, other) = (rig.cached(1).await, rig.cached(2).await);
    rig.edit_elsewhere(&changed).await;
    assert!(rig.recall(&changed).is_some());
    rig.tell().await;
    assert!(rig.recall(&changed).is_none());
    assert!(rig.recall(&other).is_some());
    assert_eq!(rig.cache.metrics().invalidated, 1);
}

#[tokio::test]
async fn every_entry_that_names_a_session_drops_it() {
    let begun = session_of(CELL, 4, None).session.key.id;
    let named: [fn(SessionId) -> Change; 8] = [
        |session| Change::Edited { session },
        |session| Change::Renewed { session },
        |session| Change::Presented { session },
        |session| Change::Settled { session },
        |session| Change::SteppedUp { session },
        |session| Change::Authorised { session },
        |session| Change::ReplacementFinished { session },
        |session| Change::SignedIn { session, replaces: None },
    ];
    let replaced = |session| Change::SignedIn { session: begun, replaces: Some(session) };
    for change in named.iter().map(|change| change as &dyn Fn(SessionId) -> Change).chain([&replaced as _]) {
        let rig = Rig::proven().await;
        let (key, other) = (rig.cached(1).await, rig.cached(2).await);
        let (at, change) = (Timestamp::from_millis(1), change(key.id));
        let entry = Entry::new(RealmName::default(), CELL, 3, at, Actor::Person, change.clone());
        rig.cache.inner.place(CELL).lock().apply(&[entry]);
        assert!(rig.recall(&key).is_none(), "{change:?}");
        assert!(rig.recall(&other).is_some(), "{change:?}");
    }
}

/// An entry that concerns an account drops all of it, also sessions that it does not name.
#[tokio::test]
async fn what_befalls_an_account_or_a_realm_drops_all_of_it_and_nothing_else() {
    let bulk = [
        Change::AccountEnded { reason: EndReason::Revoked, sessions: vec![], kept: None },
        Change::CredentialsChanged { sessions: vec![], kept: None },
        Change::AccountHeld { sessions: vec![] },
        Change::AccountReleased,
        Change::RealmEnded,
        Change::Later,
    ];
    for change in bulk {
        let rig = Rig::proven().await;
        let anns = session_of(CELL, 1, Some("ann")).session;
        let bobs = session_of(CELL, 2, Some("bob")).session;
        let mut abroad = session_of(CELL, 3, Some("ann")).session;
        abroad.key.realm = RealmName::new("abroad").unwrap();
        let keys = [anns.key.clone(), bobs.key.clone(), abroad.key.clone()];
        for session in [anns, bobs, abroad] {
            rig.elsewhere.create(Create { session }).await.unwrap();
        }
        rig.tell().await;
        for key in &keys {
            rig.cache.load(key).await.unwrap();
            assert!(rig.recall(key).is_some());
        }
        let (at, is) = (Timestamp::from_millis(1), change.clone());
        let entry = Entry::new(RealmName::default(), CELL, 4, at, Actor::Admin, change);
        let account = ann().id;
        rig.cache.inner.place(CELL).lock().apply(&[entry.of(Some(account))]);
        let left = keys.map(|key| rig.recall(&key).is_some());
        let expected = match is {
            Change::RealmEnded => [false, false, true],
            Change::Later => [false, false, false],
            _ => [false, true, true],
        };
        assert_eq!(left, expected, "{is:?}");
    }
}

/// The name of an erased account is taken out of the log, also of what was written before.
#[tokio::test]
async fn a_bulk_entry_that_names_nobody_drops_the_cell() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    let erased = Change::AccountErased { sessions: vec![] };
    let at = Timestamp::from_millis(1);
    let entry = Entry::new(RealmName::default(), CELL, 2, at, Actor::Admin, erased);
    rig.cache.inner.place(CELL).lock().apply(&[entry]);
    assert!(rig.recall(&key).is_none());
}

#[tokio::test]
async fn entries_that_do_not_follow_one_another_drop_the_cell() {
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    let unrelated = session_of(CELL, 5, None).session.key.id;
    let at = Timestamp::from_millis(1);
    let entry = |position| {
        let change = Change::Edited { session: unrelated };
        Entry::new(RealmName::default(), CELL, position, at, Actor::Person, change)
    };
    rig.cache.inner.place(CELL).lock().apply(&[entry(2)]);
    assert!(rig.recall(&key).is_some());
    rig.cache.inner.place(CELL).lock().apply(&[entry(4)]);
    assert!(rig.recall(&key).is_none());
}

/// The log no longer has what the cache has missed, or so much of it that reading would not pay.
#[tokio::test]
async fn a_cache_that_fell_behind_drops_the_cell_and_goes_on() {
    for (kept, missed) in [(1, 2), (4096, 2000)] {
        let rig = Rig::proven_on(MemoryStore::keeping_entries(kept)).await;
        let key = rig.cached(1).await;
        for _ in 0..missed {
            rig.edit_elsewhere(&key).await;
        }
        rig.spy.forget();
        rig.tell().await;
        assert!(rig.spy.count(Operation::Changes) <= 1);
        assert!(rig.recall(&key).is_none());
        assert_eq!(rig.cache.inner.place(CELL).lock().applied(), Some(1 + missed));
        rig.cache.load(&key).await.unwrap();
        assert!(rig.recall(&key).is_some());
    }
}

/// An entry that cannot be read could be anything, also the end of any session of its cell.
#[tokio::test]
async fn an_entry_that_cannot_be_read_drops_its_cell_and_a_log_that_cannot_be_reached_loses_the_feed() {
    let corrupt = Corrupt::Unreadable { what: "log entry", reason: "torn".into() };
    let rig = Rig::proven().await;
    let key = rig.cached(1).await;
    rig.hand.say(FeedNews::Changed(CELL, 2));
    settle().await;
    assert!(rig.recall(&key).is_none(), "an entry that is told of and is not there");
    for (error, lost) in [(StoreError::Corrupt(corrupt), 0), (StoreError::unavailable("down"), 1)] {
        let rig = Rig::proven().await;
        let (key, other) = (rig.cached(1).await, rig.cached(2).await);
        rig.edit_elsewhere(&key).await;
        rig.hand.fail_changes(error);
        rig.tell().await;
        assert!(rig.recall(&key).is_none());
        assert!(rig.recall(&other).is_none());
        assert_eq!(rig.cache.metrics().feed_lost, lost);
    }
}
