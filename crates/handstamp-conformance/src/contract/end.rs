//! Ending: one, an account, all but one, a cell.

use handstamp::{
    Actor, Change, EndReason, Ending,
    store::{Condition, End, EndOutcome, Renew, StoredState, Target},
};
use tokio::task::JoinSet;

use super::kit::{Bench, DAY, next_id, next_write};
use crate::{MakeStore, rounds};

/// The end is recorded with its reason and told in the same step.
pub async fn one_session_ends_with_its_entry(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (session, other) = (bench.admitted("alice").await, bench.admitted("alice").await);
    let head = bench.head().await;
    bench.sign_out(&session).await;
    let StoredState::Ended(ending) = bench.stored(&session).await.state else { panic!("it was ended") };
    assert_eq!((ending.reason, ending.by), (EndReason::SignedOut, Actor::Person));
    assert_eq!(bench.told(head).await, [Change::Ended { session: session.key.id, ending }]);
    assert_eq!(bench.ending(&other).await, None);
}

/// Nothing of the person stays in an ended session but what the devices page shows.
pub async fn an_ended_session_keeps_no_data(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (one, two, three) = (bench.begun().await, bench.admitted("alice").await, bench.admitted("bob").await);
    bench.sign_out(&one).await;
    bench.end(Target::Account(bench.account("alice")), EndReason::Revoked).await;
    bench.end(Target::AllBut(bench.account("bob"), next_id(bench.cell)), EndReason::Revoked).await;
    for session in [one, two, three] {
        let stored = bench.stored(&session).await;
        assert!(matches!(stored.state, StoredState::Ended(_)));
        assert!(stored.data.is_empty());
        assert_eq!(stored.replaces, None);
    }
}

/// The first reason stays and a repeated end says which it was.
pub async fn a_repeated_end_says_how_it_ended_first(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    bench.sign_out(&session).await;
    let head = bench.head().await;
    let target = Target::One(session.key.clone(), Condition::Always);
    let EndOutcome::AlreadyEnded(ending) = bench.end(target, EndReason::Admin).await else {
        panic!("it had ended already");
    };
    assert_eq!(ending.reason, EndReason::SignedOut);
    assert_eq!(bench.ending(&session).await, Some(ending));
    assert_eq!(bench.head().await, head);
}

/// Nothing is made by ending it.
pub async fn an_unknown_session_is_unknown(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let key = bench.key(next_id(bench.cell));
    let outcome = bench.end(Target::One(key.clone(), Condition::Always), EndReason::Admin).await;
    assert_eq!(outcome, EndOutcome::Unknown);
    assert!(bench.store.load(&key).await.expect("load").is_none());
    assert_eq!(bench.head().await, 0);
}

/// What a signed-in session's evidence and successor say is kept.
pub async fn an_ending_is_kept_whole(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (old, new) = (bench.begun().await, next_id(bench.cell));
    let ending = bench.ended_as(EndReason::Replaced).replaced_by(new);
    let target = Target::One(old.key.clone(), Condition::Always);
    bench.store.end(End { target, ending }).await.expect("end");
    assert_eq!(bench.ending(&old).await.and_then(|ending| ending.replaced_by), Some(new));
}

/// A judgement that was made on an older record, or carried data that is older, ends nothing.
pub async fn a_conditional_end_happens_only_at_what_was_seen(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.begun().await;
    let target = |condition| Target::One(session.key.clone(), condition);
    let head = bench.head().await;
    for stale in [Condition::AtWrite(next_write()), Condition::AtData(next_write())] {
        assert_eq!(bench.end(target(stale), EndReason::Reuse).await, EndOutcome::Conflict);
    }
    let commit = bench.commit(&session, b"new");
    bench.store.commit(commit).await.expect("commit");
    let outcome = bench.end(target(Condition::AtData(session.data_write)), EndReason::Replaced).await;
    assert_eq!(outcome, EndOutcome::Conflict);
    assert_eq!(bench.ending(&session).await, None);
    assert_eq!(bench.head().await, head + 1, "only the commit is told");

    let outcome = bench.end(target(Condition::AtWrite(session.write)), EndReason::Reuse).await;
    assert_eq!(outcome, EndOutcome::Ended(vec![session.key.id]));
    let other = bench.begun().await;
    let target = Target::One(other.key.clone(), Condition::AtData(other.data_write));
    let outcome = bench.end(target, EndReason::Replaced).await;
    assert_eq!(outcome, EndOutcome::Ended(vec![other.key.id]));
}

/// A request that a step-up has overtaken ends nothing.
pub async fn an_end_from_before_a_change_of_privilege_is_a_conflict(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let before = bench.admitted("alice").await;
    let raise = Renew { raises_privilege: true, ..bench.renew(&before, b"stepped up") };
    bench.store.renew(raise).await.expect("renew");
    let target = |privilege| Target::One(before.key.clone(), Condition::AtPrivilege(privilege));
    let outcome = bench.end(target(before.privilege), EndReason::SignedOut).await;
    assert_eq!(outcome, EndOutcome::Conflict);
    assert_eq!(bench.ending(&before).await, None);
    let outcome = bench.end(target(before.privilege.next()), EndReason::SignedOut).await;
    assert_eq!(outcome, EndOutcome::Ended(vec![before.key.id]));
}

/// Only the store ends for its clocks, by what is stored: whoever remembers older times is wrong.
pub async fn an_end_for_its_clocks_happens_only_if_they_have_run_out(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let fresh = bench.begun().await;
    let condition = Condition::Expired(bench.clocks());
    let outcome = bench.end(Target::One(fresh.key.clone(), condition), EndReason::Idle).await;
    assert_eq!(outcome, EndOutcome::Conflict);
    let mut rested = bench.signed_in("alice");
    rested.last_use = bench.now.saturating_sub(DAY / 2);
    let rested = bench.admit(rested).await;
    let outcome = bench.end(Target::One(rested.key.clone(), condition), EndReason::Idle).await;
    assert_eq!(outcome, EndOutcome::Ended(vec![rested.key.id]));
}

/// All of an account, in one entry; those that had ended before are not named again.
pub async fn an_account_ends_whole_in_one_entry(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (first, second, before) =
        (bench.admitted("alice").await, bench.admitted("alice").await, bench.admitted("alice").await);
    let (other, anonymous) = (bench.admitted("bob").await, bench.begun().await);
    bench.sign_out(&before).await;
    let head = bench.head().await;
    let sessions = vec![first.key.id, second.key.id];
    let outcome = bench.end(Target::Account(bench.account("alice")), EndReason::Admin).await;
    assert_eq!(outcome, EndOutcome::Ended(sessions.clone()));
    let reason = EndReason::Admin;
    assert_eq!(bench.told(head).await, [Change::AccountEnded { reason, sessions, kept: None }]);
    for session in [&first, &second] {
        assert_eq!(bench.ending(session).await.map(|ending| ending.reason), Some(EndReason::Admin));
    }
    assert_eq!(bench.ending(&before).await.map(|ending| ending.reason), Some(EndReason::SignedOut));
    for session in [&other, &anonymous] {
        assert_eq!(bench.ending(session).await, None);
    }
    let again = bench.end(Target::Account(bench.account("alice")), EndReason::Admin).await;
    assert_eq!(again, EndOutcome::Ended(Vec::new()));
}

/// Ending sessions is no credential change: a sign-in that is under way completes.
pub async fn a_sign_in_under_way_survives_the_end_of_the_accounts_sessions(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    bench.admitted("alice").await;
    let ticket = bench.state("alice").await.epoch;
    bench.end(Target::Account(bench.account("alice")), EndReason::Revoked).await;
    assert_eq!(bench.state("alice").await.epoch, ticket);
}

/// All but the one that asks.
pub async fn all_but_one_end_and_the_one_stays(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (kept, other) = (bench.admitted("alice").await, bench.admitted("alice").await);
    let head = bench.head().await;
    let outcome = bench.end(Target::AllBut(bench.account("alice"), kept.key.id), EndReason::Revoked).await;
    assert_eq!(outcome, EndOutcome::Ended(vec![other.key.id]));
    assert_eq!(bench.ending(&kept).await, None);
    let (reason, sessions) = (EndReason::Revoked, vec![other.key.id]);
    let kept = Some(kept.key.id);
    assert_eq!(bench.told(head).await, [Change::AccountEnded { reason, sessions, kept }]);
}

/// A cell ends by its epoch in one entry, anonymous sessions too; other cells live on.
pub async fn a_cell_ends_in_one_entry(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let (one, two) = (bench.begun().await, bench.admitted("alice").await);
    let elsewhere = bench.in_cell(8).begun().await;
    let head = bench.head().await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    assert_eq!(bench.told(head).await, [Change::RealmEnded]);
    for session in [&one, &two] {
        assert_eq!(bench.ending(session).await.map(|ending| ending.reason), Some(EndReason::RealmEnded));
    }
    assert_eq!(bench.ending(&elsewhere).await, None);
}

/// Of many that end the same session one did it, and all are told the same reason.
pub async fn of_parallel_ends_one_counts(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for _ in 0..rounds() {
        let session = bench.begun().await;
        let mut enders = JoinSet::new();
        for reason in [EndReason::SignedOut, EndReason::Revoked, EndReason::Admin, EndReason::Idle] {
            let target = Target::One(session.key.clone(), Condition::Always);
            let (store, end) = (bench.store.clone(), End { target, ending: bench.ended_as(reason) });
            enders.spawn(async move { (reason, store.end(end).await.expect("end")) });
        }
        let (mut winners, mut told) = (Vec::new(), Vec::<Ending>::new());
        for (reason, outcome) in enders.join_all().await {
            match outcome {
                EndOutcome::Ended(_) => winners.push(reason),
                EndOutcome::AlreadyEnded(ending) => told.push(ending),
                other => panic!("an unconditional end answered {other:?}"),
            }
        }
        assert_eq!(winners.len(), 1);
        assert!(told.iter().all(|ending| ending.reason == winners[0]));
    }
}
