//! The control area: named blobs with compare-and-set.

use handstamp::store::{ControlBlob, ControlOutcome};
use tokio::task::JoinSet;

use super::kit::Bench;
use crate::{MakeStore, rounds};

/// A blob is written only over the version that was seen, and versions count up.
pub async fn a_blob_is_written_only_over_what_was_seen(make: impl MakeStore) {
    let store = Bench::new(&make).await.store;
    assert_eq!(store.control("policy").await.expect("control"), None);
    let put = |seen, bytes: &[u8]| store.put_control("policy", seen, bytes.to_vec());
    assert_eq!(put(Some(1), b"x").await.expect("put"), ControlOutcome::Conflict(None));
    let ControlOutcome::Done(first) = put(None, b"a").await.expect("put") else { panic!("none was there") };
    let there = ControlBlob { version: first, bytes: b"a".to_vec() };
    assert_eq!(store.control("policy").await.expect("control"), Some(there.clone()));
    assert_eq!(put(None, b"b").await.expect("put"), ControlOutcome::Conflict(Some(there)));
    let outcome = put(Some(first), b"b").await.expect("put");
    let ControlOutcome::Done(second) = outcome else { panic!("it was seen") };
    assert!(second > first);
    assert_eq!(store.control("policy").await.expect("control").map(|blob| blob.bytes), Some(b"b".to_vec()));
    assert_eq!(store.control("keys").await.expect("control"), None, "names are apart");
}

/// Of many that make the same blob one does, and the others learn what it holds: this is how the
/// cell key is made once.
pub async fn of_parallel_first_writers_one_counts(make: impl MakeStore) {
    let store = Bench::new(&make).await.store;
    for round in 0..rounds() {
        let mut writers = JoinSet::new();
        for number in 0..8_u8 {
            let (store, name) = (store.clone(), format!("blob-{round}"));
            writers.spawn(async move { store.put_control(&name, None, vec![number]).await.expect("put") });
        }
        let outcomes = writers.join_all().await;
        let done = outcomes.iter().filter(|outcome| matches!(outcome, ControlOutcome::Done(_))).count();
        assert_eq!(done, 1, "{outcomes:?}");
        let there = store.control(&format!("blob-{round}")).await.expect("control");
        for outcome in outcomes {
            if let ControlOutcome::Conflict(found) = outcome {
                assert_eq!(found, there);
            }
        }
    }
}
