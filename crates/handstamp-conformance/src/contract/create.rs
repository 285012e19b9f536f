//! Creating anonymous sessions.

use handstamp::{
    Change, EndReason,
    store::{Create, CreateOutcome, Epoch, StoredState, Target},
};

use super::kit::{Bench, next_write};
use crate::MakeStore;

/// Every field comes back; only the cell's epoch is the store's own.
pub async fn a_created_session_loads_as_it_was_given(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let given = bench.begun().await;
    let loaded = bench.load(&given).await.expect("it is stored");
    assert_eq!(format!("{:?}", loaded.session), format!("{given:?}"));
    assert_eq!(loaded.account.epoch, Epoch::default());
    assert_eq!(bench.told(0).await, [Change::Began { session: given.key.id }]);
}

/// A retry after a lost answer finds its own write.
pub async fn a_repeated_create_is_done_once(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    let again = bench.store.create(Create { session }).await.expect("create");
    assert_eq!(again, CreateOutcome::Done);
    assert_eq!(bench.told(0).await.len(), 1);
}

/// There is no upsert.
pub async fn another_session_of_the_same_id_is_refused_and_changes_nothing(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let first = bench.begun().await;
    let mut second = bench.anonymous();
    second.key = first.key.clone();
    second.body = b"another record".into();
    let outcome = bench.store.create(Create { session: second }).await.expect("create");
    assert_eq!(outcome, CreateOutcome::Exists);
    assert_eq!(bench.stored(&first).await.body, first.body);
    assert_eq!(bench.told(0).await.len(), 1);
}

/// Not even a late retry of the very create brings an ended session back.
pub async fn a_repeated_create_revives_nothing(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    bench.sign_out(&session).await;
    let head = bench.head().await;
    for write in [session.write, next_write()] {
        let mut again = session.clone();
        again.write = write;
        bench.store.create(Create { session: again }).await.expect("create");
    }
    let stored = bench.stored(&session).await;
    assert!(matches!(stored.state, StoredState::Ended(_)));
    assert!(stored.data.is_empty());
    assert_eq!(bench.head().await, head);
}

/// The store puts the cell's epoch into new sessions.
pub async fn a_session_that_begins_after_its_realm_ended_is_alive(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let before = bench.begun().await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    let after = bench.begun().await;
    assert_eq!(bench.ending(&before).await.map(|ending| ending.reason), Some(EndReason::RealmEnded));
    assert_eq!(bench.ending(&after).await, None);
}
