//! What is kept over a restart, and for how long.

use std::time::Duration;

use handstamp::{
    Activity, EndReason, LogNews, RealmKey, Sessions, SlotValue, Verdict,
    store::{EmbeddedStore, Store},
    testing::{FakeClock, sign_in_as},
};
use serde::{Deserialize, Serialize};

use crate::support::verdict;

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Basket(u32);

impl SlotValue for Basket {
    const NAME: &'static str = "basket";
}

#[tokio::test]
async fn whoever_is_signed_in_stays_so_and_whoever_is_not_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Sessions::embedded(folder.path()).unwrap().build().unwrap();
    let sessions = open();
    let (staying, leaving) = (sign_in_as(&sessions, "ann").await, sign_in_as(&sessions, "ann").await);
    sessions.end_as_admin(leaving.id()).await.unwrap();
    let Verdict::Active(mut active) = verdict(&sessions, &staying).await else { panic!("signed in") };
    sessions.edit(&mut active, |basket: &mut Basket| basket.0 = 7).await.unwrap();
    drop((sessions, active));

    let sessions = open();
    assert!(matches!(verdict(&sessions, &leaving).await, Verdict::Ended(EndReason::Admin)));
    let Verdict::Active(active) = verdict(&sessions, &staying).await else { panic!("still signed in") };
    assert_eq!(active.read::<Basket>().unwrap(), Basket(7));
}

/// A last use is on its way for a second at most; closing the store waits for none of that second.
#[tokio::test]
async fn a_last_use_is_kept_when_the_store_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (clock, key) = (FakeClock::new(), RealmKey::generate());
    let open = || {
        let store = EmbeddedStore::open(folder.path()).unwrap();
        Sessions::builder(store).key(key.clone()).clock(clock.clone()).build().unwrap()
    };
    let sessions = open();
    let client = sign_in_as(&sessions, "ann").await;
    clock.advance(Duration::from_secs(50 * 60));
    sessions.resume(client.token.expose().as_bytes(), Activity::Use).await;
    sessions.flush().await.unwrap();
    drop(sessions);
    clock.advance(Duration::from_secs(50 * 60));
    assert!(matches!(verdict(&open(), &client).await, Verdict::Active(_)), "used 50 minutes ago, idle 60");
}

#[tokio::test]
async fn the_log_is_kept_for_its_retention_and_a_reader_behind_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let clock = FakeClock::new();
    let store = EmbeddedStore::options().log_retention(2 * DAY).open(folder.path()).unwrap();
    let builder = Sessions::builder(store.clone()).key(RealmKey::generate()).clock(clock.clone());
    let sessions = builder.build().unwrap();
    for _ in 0..5 {
        sign_in_as(&sessions, "ann").await;
    }
    clock.advance(DAY);
    sessions.sweep().await.unwrap();
    let kept = store.stats().await.unwrap().entries;
    assert_eq!(kept, 10, "five began and five ended by their clocks");
    clock.advance(2 * DAY + DAY / 2);
    sign_in_as(&sessions, "ann").await;
    sessions.sweep().await.unwrap();
    assert_eq!(store.stats().await.unwrap().entries, 1, "only the last one is younger than two days");
    let mut log = sessions.log_from_start().await.unwrap();
    assert!(matches!(log.next(10).await.unwrap(), LogNews::Behind));
    drop((log, sessions, store));
    let report = EmbeddedStore::check(folder.path(), |_, _| {}).unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
}
