//! Walking: an account's sessions by page, all sessions by piece, and counting them.

use handstamp::{
    EndReason, SessionId,
    store::{List, Scan, ScanFilter, Target},
};

use super::kit::Bench;
use crate::MakeStore;

/// Live and ended ones, by id, whatever the page's size, and nobody else's.
pub async fn a_list_pages_through_one_account_by_id(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut expected = Vec::new();
    for _ in 0..7 {
        expected.push(bench.admitted("alice").await.key.id);
        bench.admitted("alicia").await;
        bench.begun().await;
    }
    let ended = bench.key(expected[3]);
    bench.end(Target::One(ended, handstamp::store::Condition::Always), EndReason::Revoked).await;
    for limit in [1, 3, 7, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let list = List { account: bench.account("alice"), after, limit };
            let page = bench.store.list(list).await.expect("list");
            assert!(page.sessions.len() <= limit);
            found.extend(page.sessions.iter().map(|session| session.key.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "by pages of {limit}");
    }
}

/// A page carries what is needed to tell who of it is alive.
pub async fn a_list_carries_the_state_of_account_and_cell(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    bench.admitted("alice").await;
    bench.change("alice", handstamp::store::AccountWork::CredentialsChanged { keep: None }).await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    let list = List { account: bench.account("alice"), after: None, limit: 10 };
    let page = bench.store.list(list).await.expect("list");
    assert_eq!(page.account, bench.state("alice").await);
    assert_eq!(page.cell.epoch.number(), 1);
}

async fn scanned(bench: &Bench, filter: ScanFilter, limit: usize) -> Vec<SessionId> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = bench.store.scan(Scan { filter, from, limit }).await.expect("scan");
        assert!(page.sessions.len() <= limit, "a piece is bounded");
        found.extend(page.sessions.iter().map(|session| session.key.id));
        from = page.next;
        if from.is_none() {
            found.sort_unstable();
            return found;
        }
    }
}

/// Every session once, across cells, whatever the size of the pieces.
pub async fn a_scan_sees_every_session_once(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (mut live, mut ended) = (Vec::new(), Vec::new());
    for cell in [0, 7, 255] {
        let bench = bench.in_cell(cell);
        for _ in 0..3 {
            live.push(bench.begun().await.key.id);
            let session = bench.admitted("alice").await;
            bench.sign_out(&session).await;
            ended.push(session.key.id);
        }
    }
    let mut all = [live.clone(), ended.clone()].concat();
    all.sort_unstable();
    for limit in [1, 2, 50] {
        assert_eq!(scanned(&bench, ScanFilter::All, limit).await, all);
        assert_eq!(scanned(&bench, ScanFilter::Live, limit).await, live);
        assert_eq!(scanned(&bench, ScanFilter::Ended, limit).await, ended);
    }
}

/// Counts for metrics are counts.
pub async fn stats_count_what_is_there(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    bench.begun().await;
    let session = bench.admitted("alice").await;
    bench.admitted("bob").await;
    bench.sign_out(&session).await;
    let stats = bench.store.stats().await.expect("stats");
    assert_eq!((stats.live, stats.ended, stats.accounts, stats.entries), (2, 1, 2, 4));
    assert_eq!(stats.durability, bench.store.durability());
}
