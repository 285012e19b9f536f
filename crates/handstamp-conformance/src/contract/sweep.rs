//! Sweeping: ending what its clocks have ended, forgetting what was kept long enough.

use std::time::Duration;

use handstamp::{
    Actor, Change, EndReason, SessionId,
    store::{AccountWork, Condition, StoredSession, Sweep, Swept, Target},
};

use super::kit::{Bench, DAY, MINUTE, next_id};
use crate::MakeStore;

/// Sweeps the whole store and adds up what each piece did.
async fn swept(bench: &Bench, mut sweep: Sweep) -> Swept {
    let mut whole = Swept::default();
    loop {
        let piece = bench.store.sweep(sweep.clone()).await.expect("sweep");
        assert!(piece.seen <= sweep.limit, "a piece is bounded");
        whole.seen += piece.seen;
        whole.forgotten += piece.forgotten;
        whole.ended.extend(piece.ended);
        whole.unfinished.extend(piece.unfinished);
        whole.unsettled.extend(piece.unsettled);
        if piece.next.is_none() {
            return whole;
        }
        sweep.from = piece.next;
    }
}

async fn rested(bench: &Bench, account: &str) -> StoredSession {
    let mut session = bench.signed_in(account);
    session.last_use = bench.now.saturating_sub(DAY / 2);
    bench.admit(session).await
}

/// Expiry has an entry too (promise 14), by the system, with the clock that ran out.
pub async fn a_sweep_ends_what_has_run_out_and_tells(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let idle = rested(&bench, "alice").await;
    let mut absolute = bench.signed_in("bob");
    absolute.proven_at = bench.now.saturating_sub(2 * DAY);
    let absolute = bench.admit(absolute).await;
    let fresh = bench.begun().await;
    let head = bench.head().await;
    let whole = swept(&bench, bench.sweep()).await;
    assert_eq!((whole.seen, whole.ended.len(), whole.forgotten), (3, 2, 0));
    for (session, reason) in [(&idle, EndReason::Idle), (&absolute, EndReason::Absolute)] {
        let ending = bench.ending(session).await.expect("it has ended");
        assert_eq!((ending.reason, ending.by), (reason, Actor::System));
        assert!(bench.stored(session).await.data.is_empty());
        assert!(whole.ended.contains(&(session.key.clone(), ending.clone())));
        assert!(bench.told(head).await.contains(&Change::Ended { session: session.key.id, ending }));
    }
    assert_eq!(bench.ending(&fresh).await, None);
    assert_eq!(bench.told(head).await.len(), 2);
}

/// The store decides by what is stored when it sweeps: a use that arrived in time saves the session.
pub async fn a_sweep_decides_by_the_stored_times(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = rested(&bench, "alice").await;
    let touch = handstamp::store::Touch { key: session.key.clone(), at: bench.now };
    bench.store.touch(&[touch]).await.expect("touch");
    assert!(swept(&bench, bench.sweep()).await.ended.is_empty());
    assert_eq!(bench.ending(&session).await, None);
}

/// Pieces of one session each see every session, and a session that ends in between harms nothing.
pub async fn a_sweep_is_bounded_and_goes_on_where_it_stopped(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut expected = Vec::new();
    for cell in [0, 7, 255] {
        let bench = bench.in_cell(cell);
        for _ in 0..3 {
            expected.push(rested(&bench, "alice").await.key);
            bench.begun().await;
        }
    }
    let mut sweep = bench.sweep();
    sweep.limit = 1;
    let whole = swept(&bench, sweep).await;
    let mut ended: Vec<_> = whole.ended.into_iter().map(|(key, _)| key).collect();
    ended.sort_unstable();
    assert_eq!((whole.seen, ended), (18, expected));
}

/// Sessions that an epoch or a hold has ended get their single ends, with that reason.
pub async fn a_sweep_writes_the_ends_of_a_realm(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    let head = bench.head().await;
    swept(&bench, bench.sweep()).await;
    let ending = bench.ending(&session).await.expect("it has ended");
    assert_eq!(ending.reason, EndReason::RealmEnded);
    assert_eq!(bench.told(head).await, [Change::Ended { session: session.key.id, ending }]);
    assert!(bench.stored(&session).await.data.is_empty());
}

/// What the engine has to finish is reported and left alone.
pub async fn a_sweep_reports_what_is_unfinished_and_unsettled(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut unfinished = bench.signed_in("alice");
    unfinished.replaces = Some(next_id(bench.cell));
    let mut unsettled = bench.signed_in("alice");
    unsettled.unsettled = true;
    let (unfinished, unsettled) = (bench.admit(unfinished).await, bench.admit(unsettled).await);
    let head = bench.head().await;
    let whole = swept(&bench, bench.sweep()).await;
    assert_eq!(whole.unfinished, [unfinished.key]);
    assert_eq!(whole.unsettled, [unsettled.key]);
    assert_eq!(bench.head().await, head);
}

/// An ended session is remembered until it has been long enough, then forgotten whole.
pub async fn an_ended_session_is_forgotten_after_its_retention(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (ended, live) = (bench.admitted("alice").await, bench.admitted("alice").await);
    bench.sign_out(&ended).await;
    assert_eq!(swept(&bench, bench.sweep()).await.forgotten, 0);
    assert!(bench.load(&ended).await.is_some());
    let at_once = Sweep { ended_retention: Duration::ZERO, ..bench.sweep() };
    assert_eq!(swept(&bench, at_once).await.forgotten, 1);
    assert!(bench.load(&ended).await.is_none());
    assert_eq!(bench.listed("alice").await, [live.key.id]);
}

/// Of one account at most so many ended ones are remembered, the newest; live ones do not count.
pub async fn only_the_newest_ends_of_an_account_are_remembered(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let live = bench.admitted("alice").await;
    let mut ended: Vec<SessionId> = Vec::new();
    for minute in 0..5 {
        let session = bench.admitted("alice").await;
        let mut ending = bench.ended_as(EndReason::Revoked);
        ending.at = bench.now.saturating_add(minute * MINUTE);
        let target = Target::One(session.key.clone(), Condition::Always);
        bench.store.end(handstamp::store::End { target, ending }).await.expect("end");
        ended.push(session.key.id);
        let other = bench.admitted("bob").await;
        bench.sign_out(&other).await;
    }
    let sweep = Sweep { ended_per_account: 2, at: bench.now.saturating_add(DAY / 2), ..bench.sweep() };
    let mut clocks = sweep.clone();
    clocks.clocks = handstamp::Policy::aal1().clocks();
    assert_eq!(swept(&bench, clocks).await.forgotten, 6);
    assert_eq!(bench.listed("alice").await, [live.key.id, ended[3], ended[4]]);
    assert_eq!(bench.listed("bob").await.len(), 2);
}

/// Forgetting sessions does not forget that sign-ins from before are void.
pub async fn a_sweep_forgets_no_epoch_and_no_hold(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for account in ["alice", "bob"] {
        bench.admitted(account).await;
    }
    bench.change("alice", AccountWork::CredentialsChanged { keep: None }).await;
    bench.change("bob", AccountWork::Hold).await;
    let before = (bench.state("alice").await.epoch, bench.state("bob").await.held);
    swept(&bench, Sweep { ended_retention: Duration::ZERO, ..bench.sweep() }).await;
    assert!(bench.listed("alice").await.is_empty());
    assert_eq!((bench.state("alice").await.epoch, bench.state("bob").await.held), before);
}
