//! Replacing a session's data.

use handstamp::{
    Change,
    store::{Renew, WriteOutcome},
};
use tokio::task::JoinSet;

use super::kit::{Bench, next_id};
use crate::{MakeStore, rounds};

/// Data changes and nothing else does.
pub async fn a_commit_replaces_the_data_and_nothing_else(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let before = bench.admitted("alice").await;
    let head = bench.head().await;
    let commit = bench.commit(&before, b"new");
    assert_eq!(bench.store.commit(commit.clone()).await.expect("commit"), WriteOutcome::Done);
    let after = bench.stored(&before).await;
    assert_eq!((&*after.data, after.data_write), (b"new".as_slice(), commit.write));
    assert_eq!((&after.body, after.write, after.privilege), (&before.body, before.write, before.privilege));
    assert_eq!(bench.told(head).await, [Change::Edited { session: before.key.id }]);
}

/// Compare-and-set: whoever has not seen the newest data does not overwrite it.
pub async fn a_commit_over_data_that_was_not_seen_is_a_conflict(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    let (first, second) = (bench.commit(&session, b"first"), bench.commit(&session, b"second"));
    bench.store.commit(first).await.expect("commit");
    let head = bench.head().await;
    assert_eq!(bench.store.commit(second).await.expect("commit"), WriteOutcome::Conflict);
    assert_eq!(&*bench.stored(&session).await.data, b"first");
    assert_eq!(bench.head().await, head, "what was refused is in no log");
}

/// A retry after a lost answer is done, once.
pub async fn a_repeated_commit_is_done_once(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    let commit = bench.commit(&session, b"new");
    bench.store.commit(commit.clone()).await.expect("commit");
    let head = bench.head().await;
    assert_eq!(bench.store.commit(commit).await.expect("commit"), WriteOutcome::Done);
    assert_eq!(bench.head().await, head);
}

/// A renewal does not disturb an edit under way, nor the other way round.
pub async fn data_and_record_are_versioned_apart(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    let (commit, renew) = (bench.commit(&session, b"new"), bench.renew(&session, b"new record"));
    assert_eq!(bench.store.renew(renew).await.expect("renew"), WriteOutcome::Done);
    assert_eq!(bench.store.commit(commit).await.expect("commit"), WriteOutcome::Done);
    let again = bench.stored(&session).await;
    let (commit, renew) = (bench.commit(&again, b"newer"), bench.renew(&again, b"newer record"));
    assert_eq!(bench.store.commit(commit).await.expect("commit"), WriteOutcome::Done);
    assert_eq!(bench.store.renew(renew).await.expect("renew"), WriteOutcome::Done);
}

/// A request that began before a change of privilege writes nothing after it (promise 6).
pub async fn a_commit_of_an_older_privilege_is_superseded(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    let raise = Renew { raises_privilege: true, ..bench.renew(&session, b"stepped up") };
    bench.store.renew(raise).await.expect("renew");
    let late = bench.commit(&session, b"late");
    assert_eq!(bench.store.commit(late).await.expect("commit"), WriteOutcome::Superseded);
    let after = bench.stored(&session).await;
    assert_eq!(after.data, session.data);
    let in_time = bench.commit(&after, b"new");
    assert_eq!(bench.store.commit(in_time).await.expect("commit"), WriteOutcome::Done);
}

/// No upsert: data for a session that is not there makes none.
pub async fn a_commit_to_an_unknown_session_is_gone_and_makes_none(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut session = bench.begun().await;
    session.key.id = next_id(bench.cell);
    let head = bench.head().await;
    let commit = bench.commit(&session, b"new");
    assert_eq!(bench.store.commit(commit).await.expect("commit"), WriteOutcome::Gone);
    assert!(bench.load(&session).await.is_none());
    assert_eq!(bench.head().await, head);
}

/// Of many that have seen the same data exactly one is written.
pub async fn of_parallel_commits_over_the_same_data_one_is_done(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for _ in 0..rounds() {
        let session = bench.begun().await;
        let mut writers = JoinSet::new();
        for number in 0..8_u8 {
            let (store, commit) = (bench.store.clone(), bench.commit(&session, &[number]));
            writers.spawn(async move { (number, store.commit(commit).await.expect("commit")) });
        }
        let outcomes = writers.join_all().await;
        let done: Vec<u8> =
            outcomes.iter().filter(|(_, outcome)| *outcome == WriteOutcome::Done).map(|(n, _)| *n).collect();
        assert_eq!(done.len(), 1, "{outcomes:?}");
        assert_eq!(&*bench.stored(&session).await.data, done.as_slice());
    }
}
