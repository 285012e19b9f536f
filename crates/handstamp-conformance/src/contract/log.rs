//! The change log: one entry for each change, in the same step, without gaps.

use std::time::Duration;

use futures_util::FutureExt;
use handstamp::{
    Cell, Change, EndReason,
    store::{AccountWork, ChangesPage, Condition, End, StoredState, Target},
};
use tokio::task::JoinSet;

use super::kit::Bench;
use crate::{MakeStore, rounds};

/// Positions count up from 1 in each cell, and the head is the last of them.
pub async fn positions_have_no_gaps(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    bench.store.commit(bench.commit(&session, b"new")).await.expect("commit");
    bench.store.renew(bench.renew(&session, b"new")).await.expect("renew");
    bench.admitted("alice").await;
    bench.change("alice", AccountWork::Hold).await;
    bench.change("alice", AccountWork::Release).await;
    bench.sign_out(&session).await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    let entries = bench.entries(0).await;
    let positions: Vec<u64> = entries.iter().map(|entry| entry.position).collect();
    assert_eq!(positions, (1..=8).collect::<Vec<_>>());
    assert_eq!(bench.head().await, 8);
    assert!(entries.iter().all(|entry| entry.cell == bench.cell && entry.realm == bench.realm));
    assert!(entries.windows(2).all(|pair| pair[0].at <= pair[1].at), "store time never runs backwards");
}

/// Parallel writers in a cell get positions without gaps, each entry once.
pub async fn parallel_changes_have_no_gaps(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let count = u64::from(rounds());
    let mut writers = JoinSet::new();
    for _ in 0..count {
        let (store, session) = (bench.store.clone(), bench.anonymous());
        writers
            .spawn(async move { store.create(handstamp::store::Create { session }).await.expect("create") });
    }
    writers.join_all().await;
    let (mut positions, mut after) = (Vec::new(), 0);
    loop {
        let page = bench.entries(after).await;
        let Some(last) = page.last() else { break };
        after = last.position;
        positions.extend(page.iter().map(|entry| entry.position));
    }
    assert_eq!(positions, (1..=count).collect::<Vec<_>>());
}

/// A reader goes on from any position and gets at most what it asked for.
pub async fn a_reader_goes_on_from_its_position(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for _ in 0..5 {
        bench.begun().await;
    }
    for (after, limit, expected) in
        [(0, 2, vec![1, 2]), (2, 2, vec![3, 4]), (4, 10, vec![5]), (5, 10, vec![]), (0, 0, vec![])]
    {
        let page = bench.store.changes(bench.cell, after, limit).await.expect("changes");
        let ChangesPage::Entries(entries) = page else { panic!("nothing has been forgotten") };
        assert_eq!(entries.iter().map(|entry| entry.position).collect::<Vec<_>>(), expected);
    }
}

/// A head for each of the 256 cells, of a life of the store that stays the same.
pub async fn heads_name_every_cell_and_one_incarnation(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let before = bench.store.heads().await.expect("heads");
    assert_eq!(before.positions, vec![0; Cell::COUNT]);
    bench.begun().await;
    bench.in_cell(255).begun().await;
    let after = bench.store.heads().await.expect("heads");
    assert_eq!(after.incarnation, before.incarnation);
    let grown: Vec<_> = Cell::all().filter(|cell| after.of(*cell) == 1).collect();
    assert_eq!(grown, [bench.cell, Cell::new(255)]);
    let other = make.make().await.heads().await.expect("heads");
    assert_ne!(other.incarnation, after.incarnation, "positions of another store mean nothing here");
}

/// Whoever waits for a change is woken by it, and at once if it has happened already.
pub async fn a_change_wakes_who_waits(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut waiting = bench.store.changed(bench.cell, 0);
    assert!(waiting.as_mut().now_or_never().is_none());
    bench.in_cell(8).begun().await;
    assert!(waiting.as_mut().now_or_never().is_none(), "that was another cell");
    bench.begun().await;
    // Long enough for any store; a store that never wakes anybody must not hang the suite.
    let woken = tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it is woken");
    assert_eq!(woken.expect("changed"), 1);
    assert_eq!(bench.store.changed(bench.cell, 0).await.expect("changed"), 1);
}

/// A change and its entry are one step: nobody sees the one without the other.
pub async fn whoever_sees_an_end_finds_its_entry(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for _ in 0..rounds() {
        let session = bench.begun().await;
        let target = Target::One(session.key.clone(), Condition::Always);
        let end = End { target, ending: bench.ended_as(EndReason::SignedOut) };
        let head = bench.head().await;
        let store = bench.store.clone();
        let ender = tokio::spawn(async move { store.end(end).await.expect("end") });
        loop {
            let ended = matches!(bench.stored(&session).await.state, StoredState::Ended(_));
            let told = bench.told(head).await;
            if ended {
                assert!(matches!(told.as_slice(), [Change::Ended { .. }]), "an end without its entry");
                break;
            }
            tokio::task::yield_now().await;
        }
        ender.await.expect("the end is done");
    }
}
