//! Replacing a session's record, and noting its use.

use handstamp::{
    Change,
    store::{Epoch, Renew, Touch, WriteOutcome},
};
use tokio::task::JoinSet;

use super::kit::{Bench, MINUTE, next_id};
use crate::{MakeStore, rounds};

/// The record changes and nothing else does; the entry is the one that was handed in.
pub async fn a_renewal_replaces_the_record_and_nothing_else(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let before = bench.admitted("alice").await;
    let head = bench.head().await;
    let renew = bench.renew(&before, b"new");
    assert_eq!(bench.store.renew(renew.clone()).await.expect("renew"), WriteOutcome::Done);
    let mut expected = before.clone();
    (expected.body, expected.write) = (renew.body, renew.write);
    expected.account_epoch = bench.stored(&before).await.account_epoch;
    assert_eq!(format!("{:?}", bench.stored(&before).await), format!("{expected:?}"));
    let entries = bench.entries(head).await;
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0].change, entries[0].by), (&renew.change, renew.by));
    assert_eq!(entries[0].account, before.account);
}

/// Compare-and-set.
pub async fn a_renewal_over_a_record_that_was_not_seen_is_a_conflict(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    let (first, second) = (bench.renew(&session, b"first"), bench.renew(&session, b"second"));
    bench.store.renew(first).await.expect("renew");
    let head = bench.head().await;
    assert_eq!(bench.store.renew(second).await.expect("renew"), WriteOutcome::Conflict);
    assert_eq!(&*bench.stored(&session).await.body, b"first");
    assert_eq!(bench.head().await, head);
}

/// A retry after a lost answer is done, once: privilege goes up by one, not by two.
pub async fn a_repeated_renewal_is_done_once(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    let raise = Renew { raises_privilege: true, ..bench.renew(&session, b"stepped up") };
    bench.store.renew(raise.clone()).await.expect("renew");
    let head = bench.head().await;
    assert_eq!(bench.store.renew(raise).await.expect("renew"), WriteOutcome::Done);
    assert_eq!(bench.stored(&session).await.privilege, Epoch::default().next());
    assert_eq!(bench.head().await, head);
}

/// What a renewal says besides the record is stored with it.
pub async fn a_renewal_moves_proof_window_and_replacement(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut session = bench.signed_in("alice");
    session.proven_at = bench.now.saturating_sub(30 * MINUTE);
    session.last_use = session.proven_at;
    session.replaces = Some(next_id(bench.cell));
    let session = bench.admit(session).await;
    let renew = Renew {
        proven_at: Some(bench.now),
        unsettled: true,
        replacement_finished: true,
        change: Change::SteppedUp { session: session.key.id },
        ..bench.renew(&session, b"new")
    };
    bench.store.renew(renew).await.expect("renew");
    let stored = bench.stored(&session).await;
    assert_eq!(stored.proven_at, bench.now);
    assert!(stored.last_use >= bench.now, "a renewed proof is a use");
    assert!(stored.unsettled);
    assert_eq!(stored.replaces, None);
}

/// No upsert.
pub async fn a_renewal_of_an_unknown_session_is_gone_and_makes_none(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut session = bench.begun().await;
    session.key.id = next_id(bench.cell);
    let renew = bench.renew(&session, b"new");
    assert_eq!(bench.store.renew(renew).await.expect("renew"), WriteOutcome::Gone);
    assert!(bench.load(&session).await.is_none());
}

/// Of many that have seen the same record exactly one is written: one successor for everybody.
pub async fn of_parallel_renewals_of_the_same_record_one_is_done(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for _ in 0..rounds() {
        let session = bench.begun().await;
        let mut writers = JoinSet::new();
        for number in 0..8_u8 {
            let (store, renew) = (bench.store.clone(), bench.renew(&session, &[number]));
            writers.spawn(async move { store.renew(renew).await.expect("renew") });
        }
        let outcomes = writers.join_all().await;
        let done = outcomes.iter().filter(|outcome| **outcome == WriteOutcome::Done).count();
        assert_eq!(done, 1, "{outcomes:?}");
    }
}

/// Touches may come late and in any order; the last use is the latest of them.
pub async fn a_last_use_only_grows_and_is_in_no_log(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (first, second) = (bench.begun().await, bench.admitted("alice").await);
    let head = bench.head().await;
    let later = bench.now.saturating_add(5 * MINUTE);
    let earlier = bench.now.saturating_add(MINUTE);
    let touch = |key, at| Touch { key, at };
    let unknown = bench.key(next_id(bench.cell));
    let batch =
        [touch(first.key.clone(), later), touch(unknown.clone(), later), touch(second.key.clone(), earlier)];
    bench.store.touch(&batch).await.expect("touch");
    bench.store.touch(&[touch(first.key.clone(), earlier)]).await.expect("touch");
    assert_eq!(bench.stored(&first).await.last_use, later);
    assert_eq!(bench.stored(&second).await.last_use, earlier);
    assert!(bench.store.load(&unknown).await.expect("load").is_none());
    assert_eq!(bench.stored(&first).await.write, first.write, "a touch is no version");
    assert_eq!(bench.head().await, head);
}
