//! Reading sessions with everything that a verdict depends on.

use handstamp::{
    EndReason,
    store::{AccountWork, Epoch, StoredState, Target},
};

use super::kit::{Bench, next_id};
use crate::MakeStore;

/// A session that was never stored is nothing, not an empty session.
pub async fn an_unknown_session_is_none(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    bench.begun().await;
    let unknown = bench.key(next_id(bench.cell));
    assert!(bench.store.load(&unknown).await.expect("load").is_none());
}

/// Account and cell come along in the same answer.
pub async fn a_session_loads_with_the_state_of_its_account_and_cell(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.change("alice", AccountWork::Hold).await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    let loaded = bench.load(&session).await.expect("it is stored");
    assert!(loaded.account.held);
    assert_eq!(loaded.account, bench.state("alice").await);
    assert_eq!(loaded.cell.epoch, Epoch::default().next());
}

/// The holder of an ended session can be told why it ended.
pub async fn an_ended_session_loads_with_its_ending(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    bench.sign_out(&session).await;
    let stored = bench.stored(&session).await;
    let StoredState::Ended(ending) = stored.state else { panic!("it has ended") };
    assert_eq!(ending.reason, EndReason::SignedOut);
    assert_eq!(stored.body, session.body, "its hash stays, for the holder to be told");
}

/// The answer to many is as long as the question and in its order, across cells.
pub async fn many_are_answered_in_order_with_holes_for_the_unknown(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let elsewhere = bench.in_cell(200);
    let (first, second) = (bench.begun().await, elsewhere.begun().await);
    let unknown = bench.key(next_id(bench.cell));
    let keys = [second.key.clone(), unknown, first.key.clone(), second.key.clone()];
    let found = bench.store.load_many(&keys).await.expect("load_many");
    let found: Vec<_> = found.into_iter().map(|loaded| loaded.map(|loaded| loaded.session.key)).collect();
    let expected = [Some(second.key.clone()), None, Some(first.key), Some(second.key)];
    assert_eq!(found, expected);
    assert!(bench.store.load_many(&[]).await.expect("load_many").is_empty());
}
