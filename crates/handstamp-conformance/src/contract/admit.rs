//! Signing in, as one step.

use handstamp::{
    Change, EndReason,
    store::{AccountWork, Admission, Admit, Condition, Epoch, Renew, StoredSession, StoredState, Target},
};

use super::kit::Bench;
use crate::MakeStore;

fn replacing(bench: &Bench, new: &StoredSession, old: &StoredSession, epoch: Epoch) -> Admit {
    Admit { replaced: Some(bench.replaced(old)), ..bench.admission(new, epoch) }
}

/// The session is there with its account's and cell's epoch, and the log says so.
pub async fn an_admitted_session_is_alive_and_told(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    bench.change("alice", AccountWork::CredentialsChanged { keep: None }).await;
    let head = bench.head().await;
    let session = bench.admitted("alice").await;
    assert_eq!(bench.ending(&session).await, None);
    assert_eq!(bench.listed("alice").await, [session.key.id]);
    let entries = bench.entries(head).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].change, Change::SignedIn { session: session.key.id, replaces: None });
    assert_eq!(entries[0].account, session.account);
}

/// A retry after a lost answer is done, once.
pub async fn a_repeated_admission_is_done_once(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let old = bench.begun().await;
    let new = bench.signed_in("alice");
    let admit = replacing(&bench, &new, &old, Epoch::default());
    let first = bench.store.admit(admit.clone()).await.expect("admit");
    let head = bench.head().await;
    assert_eq!(bench.store.admit(admit).await.expect("admit"), first);
    assert_eq!(bench.head().await, head);
    assert_eq!(bench.listed("alice").await, [new.key.id]);
}

/// No upsert.
pub async fn an_admission_under_a_taken_id_changes_nothing(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    let head = bench.head().await;
    let mut other = bench.signed_in("mallory");
    other.key = session.key.clone();
    let outcome = bench.store.admit(bench.admission(&other, Epoch::default())).await.expect("admit");
    assert_eq!(outcome, Admission::Exists);
    assert_eq!(bench.stored(&session).await.account, session.account);
    assert_eq!(bench.head().await, head);
    assert!(bench.listed("mallory").await.is_empty());
}

/// A sign-in that began before a credential change does not complete after it (promise 9).
pub async fn an_admission_of_an_older_epoch_is_stale(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let ticket = bench.state("alice").await.epoch;
    bench.change("alice", AccountWork::CredentialsChanged { keep: None }).await;
    let (old, session) = (bench.begun().await, bench.signed_in("alice"));
    let outcome = bench.store.admit(replacing(&bench, &session, &old, ticket)).await.expect("admit");
    assert_eq!(outcome, Admission::StaleTicket);
    assert!(bench.load(&session).await.is_none());
    assert_eq!(bench.ending(&old).await, None, "a refused sign-in ends nothing");
}

/// Nobody signs in to an account on hold.
pub async fn an_admission_to_a_held_account_is_refused(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    bench.change("alice", AccountWork::Hold).await;
    let session = bench.signed_in("alice");
    let epoch = bench.state("alice").await.epoch;
    let outcome = bench.store.admit(bench.admission(&session, epoch)).await.expect("admit");
    assert_eq!(outcome, Admission::Held);
    assert!(bench.load(&session).await.is_none());
}

/// The old session of the same cell ends in the same step, naming its successor.
pub async fn the_replaced_session_of_the_same_cell_ends_in_the_same_step(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for old in [bench.begun().await, bench.admitted("alice").await] {
        let head = bench.head().await;
        let new = bench.signed_in("alice");
        let admit = replacing(&bench, &new, &old, bench.state("alice").await.epoch);
        let outcome = bench.store.admit(admit).await.expect("admit");
        assert_eq!(outcome, Admission::Admitted { ended: Vec::new() }, "replaced is not ended for the cap");
        let StoredState::Ended(ending) = bench.stored(&old).await.state else { panic!("it was replaced") };
        assert_eq!((ending.reason, ending.replaced_by), (EndReason::Replaced, Some(new.key.id)));
        let told = bench.told(head).await;
        assert!(told.contains(&Change::Ended { session: old.key.id, ending }), "{told:?}");
        let replaces = Some(old.key.id);
        assert!(told.contains(&Change::SignedIn { session: new.key.id, replaces }), "{told:?}");
    }
}

/// An edit that lands while its data is being carried is not lost: the carry runs again.
pub async fn an_admission_that_carried_older_data_is_a_conflict(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (old, new) = (bench.begun().await, bench.signed_in("alice"));
    let admit = replacing(&bench, &new, &old, Epoch::default());
    bench.store.commit(bench.commit(&old, b"edited")).await.expect("commit");
    let head = bench.head().await;
    assert_eq!(bench.store.admit(admit).await.expect("admit"), Admission::Conflict);
    assert!(bench.load(&new).await.is_none());
    assert_eq!(bench.ending(&old).await, None);
    assert_eq!(bench.head().await, head);
}

/// A request that a step-up has overtaken takes no place: whoever stepped up stays signed in.
pub async fn an_admission_from_before_a_change_of_privilege_is_a_conflict(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (old, new) = (bench.admitted("alice").await, bench.signed_in("alice"));
    let admit = replacing(&bench, &new, &old, bench.state("alice").await.epoch);
    let raise = Renew { raises_privilege: true, ..bench.renew(&old, b"stepped up") };
    bench.store.renew(raise).await.expect("renew");
    assert_eq!(bench.store.admit(admit).await.expect("admit"), Admission::Conflict);
    assert!(bench.load(&new).await.is_none());
    assert_eq!(bench.ending(&old).await, None);
}

/// Of two sign-ins over the same session the second is told that it lost.
pub async fn an_admission_over_a_replaced_session_has_lost(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (old, first, second) = (bench.begun().await, bench.signed_in("alice"), bench.signed_in("alice"));
    let admit = |new| replacing(&bench, new, &old, Epoch::default());
    bench.store.admit(admit(&first)).await.expect("admit");
    assert_eq!(bench.store.admit(admit(&second)).await.expect("admit"), Admission::Lost);
    assert!(bench.load(&second).await.is_none());
}

/// What was carried from a session that has ended since is not stored: somebody wanted it gone.
pub async fn an_admission_over_a_session_that_ended_otherwise_is_a_conflict(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (signed_out, by_epoch) = (bench.begun().await, bench.begun().await);
    bench.sign_out(&signed_out).await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    for (old, reason) in [(signed_out, EndReason::SignedOut), (by_epoch, EndReason::RealmEnded)] {
        let new = bench.signed_in("alice");
        let admit = replacing(&bench, &new, &old, Epoch::default());
        assert_eq!(bench.store.admit(admit).await.expect("admit"), Admission::Conflict);
        assert!(bench.load(&new).await.is_none());
        let ending = bench.ending(&old).await.expect("it has ended");
        assert_eq!(ending.reason, reason, "the first reason stays");
    }
}

/// A session of another cell is only named; the engine ends it in a second step.
pub async fn a_replaced_session_of_another_cell_is_named_and_left_alone(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let old = bench.in_cell(99).begun().await;
    let mut new = bench.signed_in("alice");
    new.replaces = Some(old.key.id);
    let head = bench.head().await;
    bench.admit(new.clone()).await;
    assert_eq!(bench.stored(&new).await.replaces, Some(old.key.id));
    assert_eq!(bench.ending(&old).await, None);
    let told = bench.told(head).await;
    assert_eq!(told, [Change::SignedIn { session: new.key.id, replaces: Some(old.key.id) }]);
    let target = Target::One(new.key.clone(), Condition::Always);
    bench.end(target, EndReason::SignedOut).await;
    assert_eq!(bench.stored(&new).await.replaces, None, "an ended session replaces nothing any more");
}
