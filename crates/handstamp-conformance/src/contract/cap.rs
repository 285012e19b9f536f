//! How many sessions an account may have, exactly.

use handstamp::{
    Cap, Change, EndReason, SessionId,
    store::{AccountWork, Admission, Admit, Epoch, StoredSession, Target},
};
use tokio::task::JoinSet;

use super::kit::{Bench, DAY, MINUTE};
use crate::{MakeStore, rounds};

async fn admit_under(bench: &Bench, session: &StoredSession, cap: Cap) -> Admission {
    let account = session.account.clone().expect("a signed-in session");
    let epoch = bench.state(account.as_str()).await.epoch;
    bench.store.admit(Admit { cap, ..bench.admission(session, epoch) }).await.expect("admit")
}

async fn alive(bench: &Bench, account: &str) -> Vec<SessionId> {
    let keys: Vec<_> = bench.listed(account).await.into_iter().map(|id| bench.key(id)).collect();
    let found = bench.store.load_many(&keys).await.expect("load_many").into_iter().flatten();
    let (clocks, now) = (bench.clocks(), bench.now);
    found
        .filter(|found| found.session.is_alive(&found.account, &found.cell, &clocks, now))
        .map(|found| found.session.key.id)
        .collect()
}

/// Oldest is who proved earliest, whatever the ids and the last uses say.
pub async fn the_earliest_proof_ends_first(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut ids = Vec::new();
    for minutes in [3, 9, 6] {
        let mut session = bench.signed_in("alice");
        session.proven_at = bench.now.saturating_sub(minutes * MINUTE);
        ids.push(bench.admit(session).await.key.id);
    }
    let head = bench.head().await;
    let new = bench.signed_in("alice");
    let outcome = admit_under(&bench, &new, Cap::keep_newest(2)).await;
    assert_eq!(outcome, Admission::Admitted { ended: vec![ids[1], ids[2]] }, "oldest first");
    assert_eq!(alive(&bench, "alice").await, [ids[0], new.key.id]);
    let mut told = bench.told(head).await;
    told.retain(|change| matches!(change, Change::Ended { ending, .. } if ending.reason == EndReason::Limit));
    assert_eq!(told.len(), 2, "each end for the cap is told");
}

/// Of those that proved at the same time the lowest id is the oldest, so that every store agrees.
pub async fn of_equal_proofs_the_lowest_id_ends_first(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut sessions: Vec<_> = (0..3).map(|_| bench.signed_in("alice")).collect();
    sessions.swap(0, 2);
    for session in &sessions {
        bench.admit(session.clone()).await;
    }
    let outcome = admit_under(&bench, &bench.signed_in("alice"), Cap::keep_newest(2)).await;
    assert_eq!(outcome, Admission::Admitted { ended: vec![sessions[2].key.id, sessions[1].key.id] });
}

/// Sessions that have ended, by whatever means, take no place.
pub async fn only_sessions_that_are_alive_count(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    bench.admitted("alice").await;
    bench.change("alice", AccountWork::Hold).await;
    bench.change("alice", AccountWork::Release).await;
    bench.admitted("alice").await;
    bench.end(Target::Cell(bench.realm.clone(), bench.cell), EndReason::RealmEnded).await;
    let signed_out = bench.admitted("alice").await;
    bench.sign_out(&signed_out).await;
    let mut idle = bench.signed_in("alice");
    idle.last_use = bench.now.saturating_sub(DAY / 2);
    let mut absolute = bench.signed_in("alice");
    absolute.proven_at = bench.now.saturating_sub(2 * DAY);
    for expired in [idle, absolute] {
        bench.admit(expired).await;
    }
    bench.admitted("bob").await;
    let outcome = admit_under(&bench, &bench.signed_in("alice"), Cap::refuse_above(1)).await;
    assert_eq!(outcome, Admission::Admitted { ended: Vec::new() });
    let outcome = admit_under(&bench, &bench.signed_in("alice"), Cap::refuse_above(1)).await;
    assert_eq!(outcome, Admission::Full);
}

/// A session that is replaced makes its place free in the same step.
pub async fn the_replaced_session_takes_no_place(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let old = bench.admitted("alice").await;
    let new = bench.signed_in("alice");
    let admit = Admit {
        replaced: Some(bench.replaced(&old)),
        cap: Cap::refuse_above(1),
        ..bench.admission(&new, Epoch::default())
    };
    let outcome = bench.store.admit(admit).await.expect("admit");
    assert_eq!(outcome, Admission::Admitted { ended: Vec::new() });
    assert_eq!(alive(&bench, "alice").await, [new.key.id]);
}

/// A refused sign-in changes nothing.
pub async fn a_full_account_refuses_and_nothing_changes(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let there = bench.admitted("alice").await;
    let head = bench.head().await;
    let refused = bench.signed_in("alice");
    assert_eq!(admit_under(&bench, &refused, Cap::refuse_above(1)).await, Admission::Full);
    assert!(bench.load(&refused).await.is_none());
    assert_eq!(bench.ending(&there).await, None);
    assert_eq!(bench.head().await, head);
}

/// Promise 10: 64 at once leave exactly as many as allowed.
pub async fn parallel_admissions_never_pass_the_cap(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    for round in 0..rounds() {
        for cap in [1, 5, 10] {
            for rule in [Cap::keep_newest(cap), Cap::refuse_above(cap)] {
                let account = format!("{round} under {rule}");
                let mut sign_ins = JoinSet::new();
                for _ in 0..64 {
                    let session = bench.signed_in(&account);
                    let admit = Admit { cap: rule, ..bench.admission(&session, Epoch::default()) };
                    let store = bench.store.clone();
                    sign_ins.spawn(async move { store.admit(admit).await.expect("admit") });
                }
                sign_ins.join_all().await;
                assert_eq!(alive(&bench, &account).await.len(), cap as usize, "{account}");
            }
        }
    }
}
