//! Promise 12: an outage is not a logout.

use std::{pin::pin, time::Duration};

use futures_util::FutureExt;
use handstamp::{
    Cell, EndReason, LiveEnd, Verdict,
    device::DeviceFacts,
    testing::{Fault, Operation, When},
};

use super::world::{Basket, World};
use crate::MakeStore;

/// Nothing that is asked during the outage gets an answer without proof, and nothing is lost by it.
async fn is_unknown_until_the_store_is_back(make: &impl MakeStore, fault: Fault) {
    let world = World::new(make).await;
    let (id, token) = world.client("alice").await;
    let visitor = world.visitor(3).await.1;
    let Verdict::Active(mut active) = world.resume(&token).await else { panic!("somebody signed in") };

    world.store.plan(When::Always, fault);
    for token in [&token, &visitor] {
        let verdict = world.out_waiting(world.resume(token)).await;
        assert!(matches!(verdict, Verdict::Unknown(_)), "an outage is told as {verdict:?}");
    }
    assert!(world.out_waiting(world.sessions.begin(DeviceFacts::default())).await.is_err());
    assert!(world.out_waiting(world.sign_in("alice", None)).await.is_err());
    let sign_out = world.out_waiting(world.sessions.sign_out(&active)).await;
    let said = sign_out.expect_err("it cannot have been recorded").to_string();
    assert!(said.contains("still lives"), "a failed sign-out says: {said}");
    assert!(world.out_waiting(world.account("alice").end(id)).await.is_err());
    assert!(world.out_waiting(world.account("alice").hold()).await.is_err());
    let edit = world.sessions.edit(&mut active, |basket: &mut Basket| basket.0 += 1);
    assert!(world.out_waiting(edit).await.is_err());
    assert!(world.store.struck() >= 8, "the store was asked each time");

    world.store.mend();
    let Verdict::Active(mut back) = world.resume(&token).await else { panic!("the outage was a logout") };
    world.sessions.edit(&mut back, |basket: &mut Basket| basket.0 += 1).await.expect("edit");
    assert!(matches!(world.resume(&visitor).await, Verdict::Active(_)));
    world.sessions.sign_out(&back).await.expect("sign_out");
    assert!(matches!(world.resume(&token).await, Verdict::Ended(EndReason::SignedOut)));
}

/// Every call fails.
pub async fn a_store_that_fails_makes_everything_unknown(make: impl MakeStore) {
    is_unknown_until_the_store_is_back(&make, Fault::Before).await;
}

/// Every call hangs, until the engine's patience is over.
pub async fn a_store_that_hangs_makes_everything_unknown(make: impl MakeStore) {
    is_unknown_until_the_store_is_back(&make, Fault::Hangs).await;
}

/// What a request only notes on the side may fail without the request.
pub async fn a_failed_note_of_a_use_fails_no_request(make: impl MakeStore) {
    for operation in [Operation::Touch, Operation::Renew] {
        let world = World::new(&make).await;
        let token = world.client("alice").await.1;
        world.clock.advance(Duration::from_secs(16 * 60));
        let Verdict::Active(active) = world.resume(&token).await else { panic!("somebody signed in") };
        let renewed = world.sessions.renew(&active).await.expect("renew").expect("it is due");
        // The new token's first presentation is to be noted, and a use as well.
        world.clock.advance(Duration::from_secs(5 * 60));
        world.store.plan(When::Operation(operation), Fault::Before);
        let verdict = world.resume(renewed.expose()).await;
        assert!(matches!(verdict, Verdict::Active(_)), "{operation:?}: {verdict:?}");
        assert!(world.store.struck() > 0, "{operation:?} was called");
    }
}

/// Even a timeout has to be recorded before it is told: until then nobody is sent to a login page.
pub async fn a_timeout_that_cannot_be_recorded_is_unknown(make: impl MakeStore) {
    let world = World::new(&make).await;
    let token = world.client("alice").await.1;
    world.clock.advance(Duration::from_secs(2 * 3600));
    world.store.plan(When::Operation(Operation::End), Fault::Before);
    assert!(matches!(world.resume(&token).await, Verdict::Unknown(_)));
    world.store.mend();
    assert!(matches!(world.resume(&token).await, Verdict::Ended(EndReason::Idle)));
}

/// The end of a realm says how far it came, and goes on from there.
pub async fn a_realm_end_goes_on_where_it_stopped(make: impl MakeStore) {
    let world = World::new(&make).await;
    let mut tokens = Vec::new();
    for number in 0..20 {
        tokens.push(world.client(&format!("account {number}")).await.1);
    }
    let mut next = Cell::new(0);
    for calls in [1, 40, 100] {
        world.store.plan(When::From(calls), Fault::AnswerLost);
        let error = world.sessions.end_realm_from(next).await.expect_err("the store has failed");
        assert_eq!(error.next.index(), next.index() + calls - 1);
        next = error.next;
    }
    world.store.mend();
    world.sessions.end_realm_from(next).await.expect("the store is back");
    for token in &tokens {
        assert!(matches!(world.resume(token).await, Verdict::Ended(EndReason::RealmEnded)));
    }
}

/// A live connection outlasts a short outage and is told the truth afterwards.
pub async fn a_live_connection_outlasts_an_outage(make: impl MakeStore) {
    let world = World::new(&make).await;
    let (id, token) = world.client("alice").await;
    let Verdict::Active(active) = world.resume(&token).await else { panic!("somebody signed in") };
    world.store.plan(When::Call(1), Fault::Before);
    let mut connection = pin!(world.sessions.ended(id));
    // Up to the first look, which fails; from there it sleeps until the next one.
    while world.store.struck() == 0 {
        assert!(connection.as_mut().now_or_never().is_none());
    }
    world.sessions.sign_out(&active).await.expect("sign_out");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(connection.await, LiveEnd::Ended(EndReason::SignedOut));
}
