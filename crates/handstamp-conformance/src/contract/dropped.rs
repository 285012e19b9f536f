//! A future that is dropped leaves either nothing done or all of it, with its entry.

use std::future::Future;

use handstamp::{
    Change, EndReason,
    store::{AccountWork, Condition, Create, End, StoredState, Target},
};

use super::kit::Bench;
use crate::{
    MakeStore,
    polls::{MOST_POLLS, dropped_after},
};

/// For 0, 1, 2 ... polls, until the call is done.
async fn at_every_await<Done: Future<Output = bool>>(mut call: impl FnMut(usize) -> Done) {
    for polls in 0..MOST_POLLS {
        if call(polls).await {
            return;
        }
    }
    panic!("a call was not done after {MOST_POLLS} polls");
}

/// Waits until what a dropped call may have left under way has come to rest: a later write in the
/// same cell is behind it.
async fn settle(bench: &Bench) -> u64 {
    bench.begun().await;
    bench.head().await
}

/// A session that is there has its entry, and the other way round.
pub async fn a_dropped_create_is_whole(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    at_every_await(async |polls| {
        let session = bench.anonymous();
        let done =
            dropped_after(bench.store.create(Create { session: session.clone() }), polls).await.is_some();
        settle(&bench).await;
        let stored = bench.load(&session).await.is_some();
        let told = bench.told(0).await.contains(&Change::Began { session: session.key.id });
        assert_eq!(stored, told);
        assert!(stored || !done, "what is acknowledged is there");
        done
    })
    .await;
}

/// Data and entry go together.
pub async fn a_dropped_commit_is_whole(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    at_every_await(async |polls| {
        let session = bench.begun().await;
        let head = bench.head().await;
        let done = dropped_after(bench.store.commit(bench.commit(&session, b"new")), polls).await.is_some();
        settle(&bench).await;
        let written = *bench.stored(&session).await.data == *b"new";
        let told = bench.told(head).await.contains(&Change::Edited { session: session.key.id });
        assert_eq!(written, told);
        assert!(written || !done);
        done
    })
    .await;
}

/// Record and entry go together.
pub async fn a_dropped_renewal_is_whole(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    at_every_await(async |polls| {
        let session = bench.begun().await;
        let head = bench.head().await;
        let done = dropped_after(bench.store.renew(bench.renew(&session, b"new")), polls).await.is_some();
        settle(&bench).await;
        let written = *bench.stored(&session).await.body == *b"new";
        let told = bench.told(head).await.contains(&Change::Renewed { session: session.key.id });
        assert_eq!(written, told);
        assert!(written || !done);
        done
    })
    .await;
}

/// Session, index and entry go together.
pub async fn a_dropped_admission_is_whole(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    at_every_await(async |polls| {
        let session = bench.signed_in("alice");
        let epoch = bench.state("alice").await.epoch;
        let done = dropped_after(bench.store.admit(bench.admission(&session, epoch)), polls).await.is_some();
        settle(&bench).await;
        let stored = bench.load(&session).await.is_some();
        let signed_in = Change::SignedIn { session: session.key.id, replaces: None };
        assert_eq!(stored, bench.told(0).await.contains(&signed_in));
        assert_eq!(stored, bench.listed("alice").await.contains(&session.key.id));
        assert!(stored || !done);
        done
    })
    .await;
}

/// State and entry go together.
pub async fn a_dropped_end_is_whole(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    at_every_await(async |polls| {
        let session = bench.admitted("alice").await;
        let head = bench.head().await;
        let target = Target::One(session.key.clone(), Condition::Always);
        let end = End { target, ending: bench.ended_as(EndReason::SignedOut) };
        let done = dropped_after(bench.store.end(end), polls).await.is_some();
        settle(&bench).await;
        let ended = matches!(bench.stored(&session).await.state, StoredState::Ended(_));
        let told = bench.told(head).await.iter().any(|change| matches!(change, Change::Ended { .. }));
        assert_eq!(ended, told);
        assert!(ended || !done);
        done
    })
    .await;
}

/// Epoch, ends, the kept session and the entry go together.
pub async fn a_dropped_credential_change_is_whole(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    at_every_await(async |polls| {
        let (kept, other) = (bench.admitted("alice").await, bench.admitted("alice").await);
        let (head, epoch) = (bench.head().await, bench.state("alice").await.epoch);
        let change = handstamp::store::AccountChange {
            account: bench.account("alice"),
            work: AccountWork::CredentialsChanged { keep: Some(bench.kept(&kept)) },
            by: handstamp::Actor::Person,
            at: bench.now,
        };
        let done = dropped_after(bench.store.account(change), polls).await.is_some();
        settle(&bench).await;
        let moved = bench.state("alice").await.epoch != epoch;
        let told = bench.told(head).await;
        assert_eq!(moved, told.iter().any(|change| matches!(change, Change::CredentialsChanged { .. })));
        assert_eq!(moved, bench.ending(&other).await.is_some());
        assert_eq!(moved, bench.stored(&kept).await.body != kept.body);
        assert_eq!(bench.ending(&kept).await, None);
        assert!(moved || !done);
        done
    })
    .await;
}
