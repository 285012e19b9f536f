//! Promise 13: revocation has a bound, with two nodes that each have a near cache in front of one store.

use std::time::Duration;

use handstamp::{
    AbsoluteTimeout, Activity, Cap, Clock, EndReason, IdleTimeout, Policy, Proof, RealmKey, Sessions,
    Verdict,
    cache::NearCache,
    testing::{FakeClock, Fault, FaultyStore, Operation, SpyStore, When},
};
use tokio::{sync::watch, task::yield_now};

use super::{
    kit::{Client, MINUTE, SECOND, new_account, race, sign_in},
    wire::Wire,
};
use crate::{MakeStore, rounds};

const MILLISECOND: Duration = Duration::from_millis(1);

/// One of two machines on one store. Their clocks go together.
struct Node {
    sessions: Sessions,
    cache: NearCache,
    spy: SpyStore,
    store: FaultyStore,
    cut: watch::Sender<bool>,
}

impl Node {
    /// Is the session let in, and did that cost a load?
    async fn ask(&self, token: &str) -> (Verdict, bool) {
        let before = self.spy.count(Operation::Load);
        let verdict = self.sessions.resume(token.as_bytes(), Activity::Watch).await;
        (verdict, self.spy.count(Operation::Load) > before)
    }

    /// Has heard everything, and has this client's session in memory.
    async fn warm(&self, client: &Client) {
        self.cache.caught_up().await;
        self.ask(&client.token).await;
        self.assert_remembers(client).await;
    }

    async fn assert_remembers(&self, client: &Client) {
        let (verdict, asked) = self.ask(&client.token).await;
        assert!(matches!(verdict, Verdict::Active(_)), "{verdict:?}");
        assert!(!asked, "it is answered from memory");
    }

    async fn assert_refuses(&self, client: &Client) {
        let (verdict, _) = self.ask(&client.token).await;
        assert!(matches!(verdict, Verdict::Ended(_) | Verdict::Invalid), "{verdict:?}");
    }

    /// Nothing more is heard from the feed; the store answers as before.
    fn cut_off(&self) {
        self.cut.send_replace(true);
    }
}

async fn two_nodes(make: &impl MakeStore, policy: Policy) -> ([Node; 2], FakeClock) {
    let (store, clock) = (make.make().await, FakeClock::new());
    let key = RealmKey::generate();
    let node = || {
        let spy = SpyStore::new(store.clone());
        let cut = watch::Sender::new(false);
        let faulty = FaultyStore::new(Wire::new(spy.clone(), cut.subscribe()));
        let cache = NearCache::options().clock(clock.clone()).in_front_of(faulty.clone());
        let sessions = Sessions::builder(cache.clone())
            .policy(policy.clone())
            .key(key.clone())
            .clock(clock.clone())
            .build()
            .expect("a valid policy");
        Node { sessions, cache, spy, store: faulty, cut }
    };
    ([node(), node()], clock)
}

async fn signed_in(node: &Node) -> Client {
    sign_in(&node.sessions, &new_account(), None).await.expect("sign in")
}

/// What the cache is for.
pub async fn a_session_in_memory_costs_no_store_call(make: impl MakeStore) {
    let ([node, _], _) = two_nodes(&make, Policy::aal2()).await;
    let client = signed_in(&node).await;
    node.warm(&client).await;
    node.spy.forget();
    for _ in 0..100 {
        node.assert_remembers(&client).await;
    }
    node.spy.assert_operations(&[]);
}

/// The node that acknowledges an end refuses the session at once: it does not wait for the feed, which
/// is cut off here, nor for its own time to pass.
pub async fn the_acknowledging_node_refuses_at_once(make: impl MakeStore) {
    let reasons = [
        EndReason::SignedOut,
        EndReason::Revoked,
        EndReason::Admin,
        EndReason::Limit,
        EndReason::Replaced,
        EndReason::CredentialsChanged,
        EndReason::AccountHeld,
        EndReason::AccountErased,
        EndReason::RealmEnded,
    ];
    for reason in reasons {
        let ([node, _], _) = two_nodes(&make, Policy::aal2().cap(Cap::keep_newest(1))).await;
        let account = new_account();
        let client = sign_in(&node.sessions, &account, None).await.expect("sign in");
        node.warm(&client).await;
        node.cut_off();
        let whole = node.sessions.account(&account);
        match reason {
            EndReason::SignedOut => node.sessions.sign_out(&client.active).await.expect("sign out"),
            EndReason::Revoked => drop(whole.end(client.id()).await.expect("end")),
            EndReason::Admin => drop(whole.end_all_as_admin().await.expect("end")),
            EndReason::Limit => drop(sign_in(&node.sessions, &account, None).await.expect("sign in")),
            EndReason::Replaced => {
                drop(sign_in(&node.sessions, &account, Some(&client.active)).await.expect("sign in"));
            }
            EndReason::CredentialsChanged => drop(whole.credentials_changed().await.expect("the change")),
            EndReason::AccountHeld => drop(whole.hold().await.expect("hold")),
            EndReason::AccountErased => drop(whole.erase().await.expect("erase")),
            _ => node.sessions.end_realm().await.expect("end of the realm"),
        }
        node.assert_refuses(&client).await;
    }
}

/// Another node refuses as soon as it has heard of the end, however little time has passed.
pub async fn another_node_refuses_as_soon_as_it_has_heard(make: impl MakeStore) {
    let ([here, there], _) = two_nodes(&make, Policy::aal2()).await;
    let client = signed_in(&here).await;
    there.warm(&client).await;
    here.sessions.sign_out(&client.active).await.expect("sign out");
    there.cache.caught_up().await;
    there.assert_refuses(&client).await;
}

/// Readers on both nodes load and remember while the session ends on one of them, in whatever order the
/// threads take: afterwards neither remembers it alive.
pub async fn nothing_that_races_an_end_is_remembered_alive(make: impl MakeStore) {
    let ([here, there], _) = two_nodes(&make, Policy::aal2()).await;
    for round in 0..rounds() {
        let account = new_account();
        let client = sign_in(&here.sessions, &account, None).await.expect("sign in");
        here.warm(&client).await;
        there.warm(&client).await;
        let readers = [&here, &there, &here, &there, &there].map(|node| {
            let (sessions, token) = (node.sessions.clone(), client.token.clone());
            async move {
                for _ in 0..20 {
                    sessions.resume(token.as_bytes(), Activity::Watch).await;
                    yield_now().await;
                }
            }
        });
        let end = async {
            for _ in 0..round % 16 {
                yield_now().await;
            }
            let whole = here.sessions.account(&account);
            match round % 3 {
                0 => here.sessions.sign_out(&client.active).await.expect("sign out"),
                1 => drop(whole.end_all().await.expect("end")),
                _ => drop(whole.credentials_changed().await.expect("the change")),
            }
            let refused = here.sessions.resume(client.token.as_bytes(), Activity::Watch).await;
            assert!(matches!(refused, Verdict::Ended(_)), "round {round}: {refused:?}, here and at once");
        };
        Box::pin(race(end, readers)).await;
        there.cache.caught_up().await;
        for node in [&here, &there] {
            node.assert_refuses(&client).await;
        }
    }
}

/// One that hears nothing believes its memory for as long as was agreed, and not a millisecond longer.
pub async fn a_node_that_is_cut_off_refuses_within_the_agreed_time(make: impl MakeStore) {
    for staleness in [SECOND, 250 * MILLISECOND, 10 * SECOND] {
        let ([here, there], clock) = two_nodes(&make, Policy::aal2().max_staleness(staleness)).await;
        let client = signed_in(&here).await;
        there.warm(&client).await;
        there.cut_off();
        here.sessions.sign_out(&client.active).await.expect("sign out");
        clock.advance(staleness - MILLISECOND);
        there.assert_remembers(&client).await;
        clock.advance(MILLISECOND);
        for _ in 0..3 {
            let (verdict, asked) = there.ask(&client.token).await;
            assert!(matches!(verdict, Verdict::Ended(EndReason::SignedOut)), "{verdict:?}");
            assert!(asked, "memory is not believed until a probe comes back");
        }
        there.cut.send_replace(false);
        clock.advance(SECOND);
        there.cache.caught_up().await;
        there.assert_refuses(&client).await;
    }
}

/// Who has to know that an end holds everywhere waits for it.
pub async fn an_end_holds_everywhere_when_it_says_so(make: impl MakeStore) {
    let ([here, there], clock) = two_nodes(&make, Policy::aal2()).await;
    let client = signed_in(&here).await;
    there.warm(&client).await;
    there.cut_off();
    here.sessions.sign_out(&client.active).await.expect("sign out");
    let acknowledged = clock.elapsed();
    let everywhere = tokio::spawn({
        let sessions = here.sessions.clone();
        async move { sessions.ended_everywhere().await }
    });
    while !everywhere.is_finished() {
        clock.advance(MILLISECOND);
        for _ in 0..8 {
            yield_now().await;
        }
    }
    everywhere.await.expect("no panic");
    assert!(clock.elapsed() - acknowledged >= SECOND);
    there.assert_refuses(&client).await;
}

/// Promise 12: an outage is `Unknown` as soon as the last proof is too old, and no sign-out.
pub async fn in_an_outage_memory_is_believed_for_its_age_only(make: impl MakeStore) {
    let ([node, _], clock) = two_nodes(&make, Policy::aal2()).await;
    let client = signed_in(&node).await;
    node.warm(&client).await;
    node.cut_off();
    node.store.plan(When::Always, Fault::Before);
    clock.advance(SECOND - MILLISECOND);
    node.assert_remembers(&client).await;
    clock.advance(MILLISECOND);
    let (verdict, _) = node.ask(&client.token).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    node.store.mend();
    let (verdict, asked) = node.ask(&client.token).await;
    assert!(matches!(verdict, Verdict::Active(_)), "{verdict:?}");
    assert!(asked);
    node.cut.send_replace(false);
    // The feed was given up meanwhile, or was not: in either case there is a next one.
    let heard = tokio::spawn({
        let cache = node.cache.clone();
        async move { cache.caught_up().await }
    });
    while !heard.is_finished() {
        clock.advance(SECOND);
        for _ in 0..8 {
            yield_now().await;
        }
    }
    node.warm(&client).await;
}

/// Only "may in" and "ended for good" are said from memory. What else it seems to say is asked: the
/// session may have a newer token, or have been used elsewhere.
pub async fn memory_says_nothing_but_what_cannot_be_wrong(make: impl MakeStore) {
    let clocks = (IdleTimeout::seconds(30), AbsoluteTimeout::hours(1));
    let policy = Policy::aal2().signed_in(clocks.0, clocks.1).max_staleness(MINUTE);
    let ([here, there], clock) = two_nodes(&make, policy).await;
    let client = signed_in(&here).await;
    there.warm(&client).await;
    there.cut_off();
    clock.advance(20 * SECOND);
    let used = here.sessions.resume(client.token.as_bytes(), Activity::Use).await;
    assert!(matches!(used, Verdict::Active(_)), "{used:?}");
    here.sessions.flush().await.expect("flush");
    clock.advance(15 * SECOND);
    let (verdict, asked) = there.ask(&client.token).await;
    assert!(
        matches!(verdict, Verdict::Active(_)) && asked,
        "its idle clock has run out here only: {verdict:?}"
    );

    let ([here, there], _) = two_nodes(&make, Policy::aal2()).await;
    let client = signed_in(&here).await;
    there.warm(&client).await;
    there.cut_off();
    let session = client.active.signed_in().expect("somebody is signed in");
    let newer = here.sessions.step_up(session, Proof::passkey()).await.expect("step up");
    let (verdict, asked) = there.ask(newer.token.expose()).await;
    assert!(matches!(verdict, Verdict::Active(_)) && asked, "a newer token than memory knows: {verdict:?}");
}

/// A policy may forbid memory altogether; AAL3 does.
pub async fn without_any_staleness_the_store_is_asked_each_time(make: impl MakeStore) {
    let ([here, there], _) = two_nodes(&make, Policy::aal3()).await;
    let client = signed_in(&here).await;
    for _ in 0..3 {
        let (verdict, asked) = there.ask(&client.token).await;
        assert!(matches!(verdict, Verdict::Active(_)) && asked, "{verdict:?}");
    }
    here.sessions.sign_out(&client.active).await.expect("sign out");
    there.assert_refuses(&client).await;
}
