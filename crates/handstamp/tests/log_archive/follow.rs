//! Following the log into the file.

use std::time::Duration;

use handstamp::{
    ArchiveError, LogPosition, RealmName, Sessions,
    store::MemoryStore,
    testing::{FakeClock, Fault, FaultyStore, Operation, When, sign_in_as},
};
use serde_json::json;

use crate::support::{World, entries, gaps, happen, lines, other_realm};

#[tokio::test]
async fn an_archive_begins_with_the_log_and_follows_it() {
    let world = World::new();
    world.happen(30).await;
    let mut archive = world.sessions.archive_log(&world.path).await.unwrap();
    assert_eq!(archive.catch_up().await.unwrap().entries, 30);
    assert_eq!(archive.catch_up().await.unwrap().entries, 0);
    world.happen(1200).await;
    let archived = archive.catch_up().await.unwrap();
    assert_eq!((archived.entries, archived.gaps), (1200, 0));
    world.is_complete().await;
    let last = world.sessions.log().await.unwrap();
    assert_eq!(archive.position(), last.position());
}

#[tokio::test]
async fn a_line_is_an_entry_as_it_is_encoded() {
    let world = World::new();
    sign_in_as(&world.sessions, "ada").await;
    world.archive().await;
    let lines = lines(&world.path);
    assert_eq!(lines[0]["handstamp_log"], 1);
    assert_eq!(lines[0]["realm"], "default");
    assert!(lines[0]["position"].as_str().unwrap().parse::<LogPosition>().is_ok());
    assert_eq!(lines[1]["format"], 1);
    assert_eq!(lines[1]["entry"]["account"], "ada");
    assert_eq!(lines[1]["entry"]["change"]["kind"], "signed_in");
}

#[tokio::test]
async fn the_next_process_goes_on_where_the_file_ends() {
    let world = World::new();
    for _ in 0..4 {
        world.happen(20).await;
        assert_eq!(world.archive().await.entries, 20);
        assert_eq!(world.archive().await.entries, 0);
    }
    world.is_complete().await;
}

/// A position is long, so not every batch says one; opening must not mean reading everything.
#[tokio::test]
async fn a_long_archive_says_its_position_again_and_again_and_goes_on_from_the_last() {
    let world = World::new();
    let positions =
        |world: &World| lines(&world.path).iter().filter(|line| line.get("position").is_some()).count();
    let mut archive = world.sessions.archive_log(&world.path).await.unwrap();
    world.happen(1000).await;
    archive.catch_up().await.unwrap();
    assert_eq!(positions(&world), 1);
    for _ in 0..14 {
        world.happen(1000).await;
        archive.catch_up().await.unwrap();
    }
    assert!((2..=5).contains(&positions(&world)), "{}", positions(&world));
    drop(archive);
    world.happen(10).await;
    assert_eq!(world.archive().await.entries, 10);
    world.is_complete().await;
}

/// `None` and a number are told apart: of another store nobody knows what is missing.
#[tokio::test]
async fn what_the_store_has_forgotten_is_a_line_of_its_own() {
    let world = World::on(MemoryStore::keeping_entries(2));
    world.happen(2000).await;
    let archived = world.archive().await;
    assert_eq!((archived.entries, archived.gaps), (0, 1));
    assert_eq!(gaps(&world.path), [json!({"missing": 2000})]);
    world.happen(1).await;
    assert_eq!(world.archive().await.entries, 1);
    world.happen(3000).await;
    assert_eq!(world.archive().await.gaps, 1);
    assert_eq!(gaps(&world.path), [json!({"missing": 2000}), json!({"missing": 3000})]);

    let restored = Sessions::builder(MemoryStore::new()).build().unwrap();
    happen(&restored, 5).await;
    let mut archive = restored.archive_log(&world.path).await.unwrap();
    assert_eq!(archive.catch_up().await.unwrap().gaps, 1);
    assert_eq!(gaps(&world.path)[2], json!({"missing": null}));
    happen(&restored, 5).await;
    assert_eq!(archive.catch_up().await.unwrap().entries, 5);
    assert_eq!(entries(&world.path).len(), 6);
}

/// A realm in which nothing happens shares a store with a busy one: it must not be told to be behind
/// for what was never its own.
#[tokio::test]
async fn an_archive_of_a_quiet_realm_keeps_up_with_a_busy_store() {
    let store = MemoryStore::keeping_entries(40);
    let world = World::on(store.clone());
    let busy = other_realm(&store);
    world.happen(1).await;
    world.archive().await;
    for _ in 0..10 {
        happen(&busy, 1500).await;
        let archived = world.archive().await;
        assert_eq!((archived.entries, archived.gaps), (0, 0));
    }
    world.happen(1).await;
    assert_eq!(world.archive().await.entries, 1);
    assert_eq!(entries(&world.path).len(), 2);
    assert!(lines(&world.path).iter().all(|line| line["realm"] != "other"));
    assert_eq!(busy.realm(), &RealmName::new("other").unwrap());
}

#[tokio::test]
async fn an_outage_of_the_store_is_waited_out_and_the_clock_says_how_long() {
    let clock = FakeClock::new();
    let faults = FaultyStore::new(MemoryStore::new());
    let sessions = Sessions::builder(faults.clone()).clock(clock.clone()).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mut archive = sessions.archive_log(&path).await.unwrap();
    archive.catch_up().await.unwrap();
    happen(&sessions, 3).await;
    faults.plan(When::Operation(Operation::Heads), Fault::Before);
    assert!(matches!(archive.catch_up().await, Err(ArchiveError::Store(_))));

    let following = tokio::spawn(async move { archive.follow(Duration::from_secs(1)).await });
    while faults.struck() < 3 {
        clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    faults.mend();
    while entries(&path).len() < 3 {
        clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    following.abort();
    assert!(following.await.unwrap_err().is_cancelled());
}

#[test]
fn an_archive_needs_no_runtime() {
    let world = World::new();
    let mut future = Box::pin(async {
        world.happen(7).await;
        assert_eq!(world.archive().await.entries, 7);
    });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_ready());
}
