//! Realms are worlds apart: the same ids and accounts in two of them never meet (CVE-2022-46170).

use handstamp::{
    EndReason,
    store::{AccountOutcome, AccountWork, Create, CreateOutcome, Scan, ScanFilter, StoredSession, Target},
};

use super::kit::{Bench, DAY};
use crate::MakeStore;

/// A session of `alice` in each of two realms, under one id.
async fn twins(bench: &Bench, other: &Bench) -> (StoredSession, StoredSession) {
    let mut here = bench.signed_in("alice");
    here.last_use = bench.now.saturating_sub(DAY / 2);
    let mut there = here.clone();
    there.key.realm = other.realm.clone();
    (bench.admit(here).await, other.admit(there).await)
}

/// Loading, writing, touching and ending one leaves its twin alone.
pub async fn the_same_id_in_two_realms_is_two_sessions(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let other = bench.in_realm("other");
    let (here, there) = twins(&bench, &other).await;
    bench.store.commit(bench.commit(&here, b"new")).await.expect("commit");
    bench.store.renew(bench.renew(&here, b"new")).await.expect("renew");
    let touch = handstamp::store::Touch { key: here.key.clone(), at: bench.now };
    bench.store.touch(&[touch]).await.expect("touch");
    bench.sign_out(&here).await;
    let stored = other.stored(&there).await;
    assert_eq!((&stored.data, &stored.body, stored.last_use), (&there.data, &there.body, there.last_use));
    assert_eq!(other.ending(&there).await, None);

    let mut anonymous = bench.begun().await;
    anonymous.key.realm = other.realm.clone();
    let outcome = bench.store.create(Create { session: anonymous }).await.expect("create");
    assert_eq!(outcome, CreateOutcome::Done, "the id is free in the other realm");
}

/// Nothing that is done to an account, or to the whole realm, reaches the other one.
pub async fn an_account_of_the_same_name_is_another_account(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let other = bench.in_realm("other");
    let (here, there) = twins(&bench, &other).await;
    bench.end(Target::AllBut(bench.account("alice"), here.key.id), EndReason::Revoked).await;
    bench.change("alice", AccountWork::CredentialsChanged { keep: Some(bench.kept(&here)) }).await;
    bench.end(Target::Account(bench.account("alice")), EndReason::Admin).await;
    bench.change("alice", AccountWork::Hold).await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    bench.store.sweep(bench.sweep()).await.expect("sweep");
    bench.change("alice", AccountWork::Erase).await;
    assert_eq!(other.ending(&there).await, None);
    assert!(!other.state("alice").await.held);
    assert_eq!(other.listed("alice").await, [there.key.id]);
    assert_eq!(bench.listed("alice").await, []);
    let entries = bench.entries(0).await;
    let named = entries.iter().filter(|entry| entry.account.is_some());
    assert!(named.clone().count() > 0, "the other realm's account keeps its name in the log");
    assert!(named.into_iter().all(|entry| entry.realm == other.realm));
}

/// A session can be kept only in its own realm, also when its twin has the same id.
pub async fn a_session_of_another_realm_is_not_kept(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let other = bench.in_realm("other");
    let there = other.admitted("alice").await;
    let keep = Some(other.kept(&there));
    let outcome = bench.change("alice", AccountWork::CredentialsChanged { keep }).await;
    assert_eq!(outcome, AccountOutcome::Gone);
}

/// A sweep of one realm ends and forgets nothing of another.
pub async fn a_sweep_stays_in_its_realm(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let other = bench.in_realm("other");
    let (here, there) = twins(&bench, &other).await;
    let mut sweep = bench.sweep();
    while let Some(from) = bench.store.sweep(sweep.clone()).await.expect("sweep").next {
        sweep.from = Some(from);
    }
    assert_eq!(bench.ending(&here).await.map(|ending| ending.reason), Some(EndReason::Idle));
    assert_eq!(other.ending(&there).await, None);
    let (mut from, mut found) = (None, 0);
    loop {
        let page = bench.store.scan(Scan { filter: ScanFilter::Live, from, limit: 10 }).await.expect("scan");
        found += page.sessions.len();
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(found, 1, "a scan sees every realm");
}
