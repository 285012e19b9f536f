//! The whole suite on the memory store, and what only this store can be asked: it forgets the oldest
//! entries of its log on demand.

use handstamp::{
    AccountId, Cell, LogNews, Sessions,
    store::{ChangesPage, MemoryStore, Store},
    testing::sign_in_as,
};

handstamp_conformance::store_tests!(|| async { MemoryStore::new() });

/// Promise 14: a reader that fell behind is told so, and stands at the end from where it can go on.
#[tokio::test]
async fn a_reader_that_fell_behind_is_told_and_goes_on() {
    let store = MemoryStore::keeping_entries(2);
    let sessions = Sessions::builder(store.clone()).build().unwrap();
    let account = AccountId::new("alice").unwrap();
    let mut log = sessions.log().await.unwrap();
    sign_in_as(&sessions, "alice").await;
    let far_back = log.position().clone();
    for _ in 0..3 {
        sign_in_as(&sessions, "alice").await;
    }
    assert!(matches!(log.next(100).await.unwrap(), LogNews::Behind));
    sessions.account(&account).end_all().await.unwrap();
    let LogNews::Entries(entries) = log.next(100).await.unwrap() else { panic!("it stood at the end") };
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].ended().len(), 4);

    let mut resumed = sessions.log_from(far_back.to_string().parse().unwrap());
    assert!(matches!(resumed.next(100).await.unwrap(), LogNews::Behind), "also after a restart");
}

/// The store says where to go on, and keeps exactly as much as it was told to.
#[tokio::test]
async fn the_log_keeps_its_newest_entries() {
    let store = MemoryStore::keeping_entries(3);
    let sessions = Sessions::builder(store.clone()).build().unwrap();
    let mut cell = Cell::new(0);
    for _ in 0..10 {
        cell = sign_in_as(&sessions, "alice").await.id().cell();
    }
    assert_eq!(store.stats().await.unwrap().entries, 3);
    assert!(matches!(store.changes(cell, 0, 10).await.unwrap(), ChangesPage::Behind { resume: 10 }));
    assert!(matches!(store.changes(cell, 6, 10).await.unwrap(), ChangesPage::Behind { resume: 10 }));
    let ChangesPage::Entries(kept) = store.changes(cell, 7, 10).await.unwrap() else {
        panic!("the newest are kept")
    };
    assert_eq!(kept.iter().map(|entry| entry.position).collect::<Vec<_>>(), [8, 9, 10]);
}

/// A position of another life of the store is not taken for one of this.
#[tokio::test]
async fn a_reader_of_another_incarnation_is_behind() {
    let before = Sessions::builder(MemoryStore::new()).build().unwrap();
    let position = before.log().await.unwrap().position().clone();
    let after = Sessions::builder(MemoryStore::new()).build().unwrap();
    assert!(matches!(after.log_from(position).next(10).await.unwrap(), LogNews::Behind));
}
