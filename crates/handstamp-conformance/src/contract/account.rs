//! Accounts: credential changes, hold, release, erasure.

use handstamp::{
    Change, EndReason,
    store::{AccountOutcome, AccountWork, Admission, Epoch, List, Scan, ScanFilter},
};

use super::kit::Bench;
use crate::MakeStore;

fn done(outcome: AccountOutcome) -> Vec<handstamp::SessionId> {
    let AccountOutcome::Done { ended, .. } = outcome else { panic!("it answered {outcome:?}") };
    ended
}

/// Asking about an account makes none.
pub async fn reading_an_unknown_account_makes_none(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let state = bench.state("alice").await;
    assert_eq!((state.epoch, state.held), (Epoch::default(), false));
    assert_eq!(bench.store.stats().await.expect("stats").accounts, 0);
    assert_eq!(bench.head().await, 0);
}

/// Promise 9 in one step and one entry: the others end, the kept one is re-keyed, the epoch moves.
pub async fn a_credential_change_is_one_step(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (kept, other) = (bench.admitted("alice").await, bench.admitted("alice").await);
    let stranger = bench.admitted("bob").await;
    let head = bench.head().await;
    let keep = bench.kept(&kept);
    let outcome = bench.change("alice", AccountWork::CredentialsChanged { keep: Some(keep.clone()) }).await;
    assert_eq!(done(outcome), [other.key.id]);
    assert_eq!(bench.state("alice").await.epoch, Epoch::default().next());
    let stored = bench.stored(&kept).await;
    assert_eq!((stored.write, &stored.body), (keep.write, &keep.body));
    assert_eq!(stored.privilege, kept.privilege.next(), "requests under way write nothing any more");
    assert!(stored.unsettled);
    assert_eq!(stored.data, kept.data);
    assert_eq!(bench.ending(&kept).await, None);
    let reason = bench.ending(&other).await.map(|ending| ending.reason);
    assert_eq!(reason, Some(EndReason::CredentialsChanged));
    assert_eq!(bench.ending(&stranger).await, None);
    let (sessions, kept) = (vec![other.key.id], Some(kept.key.id));
    assert_eq!(bench.told(head).await, [Change::CredentialsChanged { sessions, kept }]);
}

/// A retry after a lost answer moves no second epoch.
pub async fn a_repeated_credential_change_is_done_once(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let kept = bench.admitted("alice").await;
    let work = AccountWork::CredentialsChanged { keep: Some(bench.kept(&kept)) };
    bench.change("alice", work.clone()).await;
    let head = bench.head().await;
    assert_eq!(done(bench.change("alice", work).await), []);
    assert_eq!(bench.state("alice").await.epoch, Epoch::default().next());
    assert_eq!(bench.stored(&kept).await.privilege, Epoch::default().next());
    assert_eq!(bench.head().await, head);
}

/// A kept session whose record has moved is read again first; nothing is done by halves.
pub async fn a_credential_change_over_a_moved_record_is_a_conflict(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (kept, other) = (bench.admitted("alice").await, bench.admitted("alice").await);
    let keep = Some(bench.kept(&kept));
    bench.store.renew(bench.renew(&kept, b"moved")).await.expect("renew");
    let head = bench.head().await;
    let outcome = bench.change("alice", AccountWork::CredentialsChanged { keep }).await;
    assert_eq!(outcome, AccountOutcome::Conflict);
    assert_eq!(bench.state("alice").await.epoch, Epoch::default());
    assert_eq!(bench.ending(&other).await, None);
    assert_eq!(bench.head().await, head);
}

/// A session can be kept only in its own account.
pub async fn a_session_of_somebody_else_is_not_kept(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (mine, theirs) = (bench.admitted("alice").await, bench.admitted("bob").await);
    let keep = Some(bench.kept(&theirs));
    let outcome = bench.change("alice", AccountWork::CredentialsChanged { keep }).await;
    assert_eq!(outcome, AccountOutcome::Gone);
    assert_eq!(bench.ending(&mine).await, None);
    assert_eq!(bench.stored(&theirs).await.body, theirs.body);
}

/// A hold ends everything, once, and keeps everybody out until the release.
pub async fn a_hold_ends_all_and_a_release_revives_none(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    let ticket = bench.state("alice").await.epoch;
    let head = bench.head().await;
    assert_eq!(done(bench.change("alice", AccountWork::Hold).await), [session.key.id]);
    let held = bench.state("alice").await;
    assert!(held.held);
    assert!(done(bench.change("alice", AccountWork::Hold).await).is_empty());
    assert_eq!(bench.state("alice").await, held, "a second hold is none");
    bench.change("alice", AccountWork::Release).await;
    bench.change("alice", AccountWork::Release).await;
    let sessions = vec![session.key.id];
    assert_eq!(bench.told(head).await, [Change::AccountHeld { sessions }, Change::AccountReleased]);

    let reason = bench.ending(&session).await.map(|ending| ending.reason);
    assert_eq!(reason, Some(EndReason::AccountHeld));
    let late = bench.signed_in("alice");
    for epoch in [ticket, held.epoch] {
        let outcome = bench.store.admit(bench.admission(&late, epoch)).await.expect("admit");
        assert_eq!(outcome, Admission::StaleTicket, "a sign-in from before the release is void");
    }
    bench.admitted("alice").await;
}

/// Erased is erased: sessions, ended sessions, index, state, and the name in the log.
pub async fn an_erased_account_leaves_no_trace(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (live, ended) = (bench.admitted("alice@example").await, bench.admitted("alice@example").await);
    let stranger = bench.admitted("bob").await;
    bench.sign_out(&ended).await;
    bench.change("alice@example", AccountWork::Hold).await;
    bench.change("alice@example", AccountWork::Erase).await;
    for session in [&live, &ended] {
        assert!(bench.load(session).await.is_none());
    }
    let list = List { account: bench.account("alice@example"), after: None, limit: 10 };
    assert!(bench.store.list(list).await.expect("list").sessions.is_empty());
    assert!(!bench.state("alice@example").await.held);
    let (mut from, mut found) = (None, Vec::new());
    loop {
        let page = bench.store.scan(Scan { filter: ScanFilter::All, from, limit: 10 }).await.expect("scan");
        found.extend(page.sessions.into_iter().map(|session| session.key));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(found, [stranger.key]);
    let log = format!("{:?}", bench.entries(0).await);
    assert!(!log.contains("alice@example"), "the log still names the account");
    assert!(matches!(bench.told(0).await.last(), Some(Change::AccountErased { .. })));
}

/// Erasing voids sign-ins that were under way, also of an account that nothing was known of.
pub async fn a_sign_in_from_before_an_erasure_is_stale(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for account in ["known", "unknown"] {
        if account == "known" {
            bench.admitted(account).await;
            bench.change(account, AccountWork::CredentialsChanged { keep: None }).await;
        }
        let ticket = bench.state(account).await.epoch;
        bench.change(account, AccountWork::Erase).await;
        let late = bench.signed_in(account);
        let outcome = bench.store.admit(bench.admission(&late, ticket)).await.expect("admit");
        assert_eq!(outcome, Admission::StaleTicket);
        bench.admitted(account).await;
    }
}

/// What happens to one account of a cell leaves its neighbours alone.
pub async fn neighbours_in_the_cell_are_left_alone(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (neighbour, anonymous) = (bench.admitted("bob").await, bench.begun().await);
    let before = bench.state("bob").await;
    bench.admitted("alice").await;
    for work in [
        AccountWork::CredentialsChanged { keep: None },
        AccountWork::Hold,
        AccountWork::Release,
        AccountWork::Erase,
    ] {
        bench.change("alice", work).await;
        assert_eq!(bench.state("bob").await, before);
        for session in [&neighbour, &anonymous] {
            assert_eq!(bench.ending(session).await, None);
        }
    }
}
