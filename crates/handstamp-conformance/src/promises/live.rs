//! Promise 15: a live connection ends with its session, for whatever reason.

use handstamp::{
    AbsoluteTimeout, AccountId, Activity, Cap, EndReason, IdleTimeout, LiveEnd, Policy, RealmKey, SessionId,
    Sessions, Verdict,
    store::Store,
    testing::{Fault, FaultyStore, GateStore, Operation, Side, When},
};
use tokio::task::JoinHandle;

use super::{
    kit::{Client, House, MINUTE, SECOND, new_account, sign_in},
    turns::Turns,
};
use crate::MakeStore;

fn connect(sessions: &Sessions, id: SessionId) -> JoinHandle<LiveEnd> {
    let sessions = sessions.clone();
    tokio::spawn(async move { sessions.ended(id).await })
}

/// An engine whose time goes on only when everybody waits for it.
fn patient(store: impl Store, policy: Policy) -> (Sessions, Turns) {
    let turns = Turns::new();
    let builder = Sessions::builder(store).key(RealmKey::generate()).without_near_cache();
    let sessions = builder.policy(policy).clock(turns.clone()).build();
    (sessions.expect("a valid policy"), turns)
}

async fn signed_in(sessions: &Sessions) -> Client {
    sign_in(sessions, &new_account(), None).await.expect("sign in")
}

/// Every way in which somebody ends it, while the connection is waiting. No time passes.
pub async fn a_connection_ends_at_once_with_its_session(make: impl MakeStore) {
    let reasons = [
        EndReason::SignedOut,
        EndReason::Revoked,
        EndReason::Admin,
        EndReason::Replaced,
        EndReason::Limit,
        EndReason::CredentialsChanged,
        EndReason::AccountHeld,
        EndReason::AccountErased,
        EndReason::RealmEnded,
        EndReason::Reuse,
    ];
    for reason in reasons {
        let gates = GateStore::new(make.make().await);
        let house = House::on(gates.clone(), Policy::aal2().cap(Cap::keep_newest(1)));
        let account = new_account();
        let client = house.sign_in(&account).await;
        let waiting = gates.close(Operation::Changed, Side::Before);
        let live = connect(&house.sessions, client.id());
        waiting.arrived(1).await;
        waiting.open();
        end(&house, &client, &account, reason).await;
        let expected = match reason {
            // Nothing is left that could say why.
            EndReason::AccountErased => LiveEnd::Ended(EndReason::AccountErased),
            other => LiveEnd::Ended(other),
        };
        assert_eq!(live.await.expect("no panic"), expected);
        // Who comes late is told too.
        assert_eq!(house.sessions.ended(client.id()).await, expected);
    }
}

async fn end(house: &House, client: &Client, account: &AccountId, reason: EndReason) {
    let sessions = &house.sessions;
    let whole = sessions.account(account);
    match reason {
        EndReason::SignedOut => sessions.sign_out(&client.active).await.expect("sign out"),
        EndReason::Revoked => drop(whole.end(client.id()).await.expect("end")),
        EndReason::Admin => drop(whole.end_all_as_admin().await.expect("end")),
        EndReason::Replaced => drop(sign_in(sessions, account, Some(&client.active)).await.expect("sign in")),
        EndReason::Limit => drop(house.sign_in(account).await),
        EndReason::CredentialsChanged => drop(whole.credentials_changed().await.expect("the change")),
        EndReason::AccountHeld => drop(whole.hold().await.expect("hold")),
        EndReason::AccountErased => drop(whole.erase().await.expect("erase")),
        EndReason::RealmEnded => sessions.end_realm().await.expect("end of the realm"),
        _ => {
            house.clock.advance(15 * MINUTE);
            let active = house.active(&client.token).await;
            let renewed = sessions.renew(&active).await.expect("renew").expect("due");
            house.active(renewed.expose()).await;
            house.clock.advance(30 * SECOND);
            house.assert_ended(&client.token, EndReason::Reuse).await;
        }
    }
}

/// Nobody has to come by for a timeout to end it, and it ends at its moment.
pub async fn a_connection_ends_at_the_timeouts_of_its_session(make: impl MakeStore) {
    let policy = Policy::aal2().signed_in(IdleTimeout::minutes(3), AbsoluteTimeout::minutes(5));
    let (sessions, turns) = patient(make.make().await, policy);
    let client = signed_in(&sessions).await;
    let (end, after) = turns.until(connect(&sessions, client.id())).await;
    assert_eq!((end, after), (LiveEnd::Ended(EndReason::Idle), 3 * MINUTE));

    let client = signed_in(&sessions).await;
    let live = connect(&sessions, client.id());
    turns.pass(2 * MINUTE).await;
    let verdict = sessions.resume(client.token.as_bytes(), Activity::Use).await;
    assert!(matches!(verdict, Verdict::Active(_)), "{verdict:?}");
    turns.pass(2 * MINUTE).await;
    assert!(!live.is_finished(), "its session was used");
    let (end, after) = turns.until(live).await;
    assert_eq!((end, after), (LiveEnd::Ended(EndReason::Absolute), MINUTE));
}

/// A policy that becomes shorter reaches a connection that waits, within a minute.
pub async fn a_shorter_policy_reaches_a_connection(make: impl MakeStore) {
    let gates = GateStore::new(make.make().await);
    let (sessions, turns) = patient(gates.clone(), Policy::aal2());
    let client = signed_in(&sessions).await;
    let waiting = gates.close(Operation::Changed, Side::Before);
    let live = connect(&sessions, client.id());
    waiting.arrived(1).await;
    waiting.open();
    let shorter = Policy::aal2().signed_in(IdleTimeout::seconds(2), AbsoluteTimeout::hours(1));
    sessions.set_policy(shorter).expect("a valid policy");
    let (end, after) = turns.until(live).await;
    assert_eq!(end, LiveEnd::Ended(EndReason::Idle));
    assert!(after <= MINUTE, "{after:?}");
}

/// An outage is no sign-out: the connection waits for 30 s, then it is told that nobody can tell.
pub async fn in_an_outage_a_connection_becomes_unverified(make: impl MakeStore) {
    for fault in [Fault::Before, Fault::Hangs] {
        let store = FaultyStore::new(make.make().await);
        let (sessions, turns) = patient(store.clone(), Policy::aal2());
        let client = signed_in(&sessions).await;
        store.plan(When::Always, fault);
        let (end, after) = turns.until(connect(&sessions, client.id())).await;
        assert_eq!(end, LiveEnd::Unverified);
        // A store that hangs is noticed by its time-out, 5 s later.
        assert!((30 * SECOND..=42 * SECOND).contains(&after), "{fault:?}: {after:?}");
        store.mend();
        let verdict = sessions.resume(client.token.as_bytes(), Activity::Watch).await;
        assert!(matches!(verdict, Verdict::Active(_)), "{verdict:?}");
    }
}

/// A short outage passes unnoticed, and an end in it is told when the store is back.
pub async fn an_end_in_a_short_outage_is_told_after_it(make: impl MakeStore) {
    let store = FaultyStore::new(make.make().await);
    let (sessions, turns) = patient(store.clone(), Policy::aal2());
    let client = signed_in(&sessions).await;
    store.plan(When::Operation(Operation::Load), Fault::Before);
    let live = connect(&sessions, client.id());
    turns.pass(20 * SECOND).await;
    assert!(!live.is_finished());
    sessions.sign_out(&client.active).await.expect("sign out");
    store.mend();
    let (end, after) = turns.until(live).await;
    assert_eq!(end, LiveEnd::Ended(EndReason::SignedOut));
    assert!(after <= SECOND, "{after:?}");
}
