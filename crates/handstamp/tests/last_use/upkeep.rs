//! With an upkeep: requests write nothing, the upkeep writes and sweeps, and its end leaves nothing
//! behind.

use std::time::Duration;

use handstamp::{
    Activity, EndReason, Verdict,
    testing::{Fault, Operation, When},
};

use crate::support::{IDLE, MILLISECOND, MINUTE, SECOND, World};

#[tokio::test]
async fn requests_write_nothing_and_the_upkeep_writes_their_uses_together() {
    let world = World::new();
    let mut clients = Vec::new();
    for number in 0..100 {
        clients.push(world.sign_in(&format!("account {number}")).await);
    }
    let upkeep = world.sessions.start_upkeep();
    world.pass(30 * SECOND).await;
    world.spy.forget();
    for client in &clients {
        assert!(client.uses(&world.sessions).await);
    }
    let used = world.sessions.now();
    world.pass(29 * SECOND).await;
    assert_eq!(world.spy.writes(), 0);
    // A minute after what the store has, they are due.
    world.pass(2 * SECOND).await;
    assert_eq!(world.spy.count(Operation::Touch), 1);
    for client in &clients {
        assert_eq!(world.stored_use(client).await, used);
    }
    upkeep.stop().await.unwrap();
    assert_eq!(world.spy.count(Operation::Touch), 1, "nothing was left to write");
}

#[tokio::test]
async fn a_busy_session_costs_one_write_per_interval_and_no_request_makes_it() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    let upkeep = world.sessions.start_upkeep();
    world.spy.forget();
    for _ in 0..600 {
        let before = world.spy.count(Operation::Touch);
        assert!(client.uses(&world.sessions).await);
        assert_eq!(world.spy.count(Operation::Touch), before);
        world.pass(SECOND).await;
    }
    let writes = world.spy.count(Operation::Touch);
    assert!((9..=10).contains(&writes), "{writes} writes in ten minutes");
    upkeep.stop().await.unwrap();
}

/// The upkeep comes within two seconds, which such a session may not have.
#[tokio::test]
async fn a_use_close_to_the_idle_timeout_is_written_before_its_answer() {
    let world = World::new();
    let (early, late) = (world.sign_in("ada").await, world.sign_in("bob").await);
    let upkeep = world.sessions.start_upkeep();
    world.settle().await;
    world.clock.advance(IDLE.saturating_sub(2 * MINUTE + 2 * SECOND));
    world.spy.forget();
    assert!(early.uses(&world.sessions).await);
    assert_eq!(world.spy.count(Operation::Touch), 0);
    world.clock.advance(MILLISECOND);
    assert!(late.uses(&world.sessions).await);
    assert_eq!(world.spy.count(Operation::Touch), 1);
    assert_eq!(world.stored_use(&late).await, world.sessions.now());
    upkeep.stop().await.unwrap();
}

#[tokio::test]
async fn what_could_not_be_written_is_written_when_the_store_is_back() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    let upkeep = world.sessions.start_upkeep();
    for fault in [Fault::Before, Fault::AnswerLost] {
        world.pass(MINUTE).await;
        assert!(client.uses(&world.sessions).await);
        let used = world.sessions.now();
        world.faults.plan(When::Operation(Operation::Touch), fault);
        world.pass(2 * MINUTE).await;
        // 1, 2, 4, 8, 16, 30, 30 s: it does not hammer a store that is down.
        assert!((4..=9).contains(&world.faults.struck()), "{} tries", world.faults.struck());
        world.faults.mend();
        world.pass(30 * SECOND).await;
        assert_eq!(world.stored_use(&client).await, used);
    }
    upkeep.stop().await.unwrap();
}

#[tokio::test]
async fn stopping_writes_what_is_held_and_says_what_it_could_not_write() {
    let world = World::new();
    let (ada, bob) = (world.sign_in("ada").await, world.sign_in("bob").await);
    let upkeep = world.sessions.start_upkeep();
    world.pass(30 * SECOND).await;
    assert!(ada.uses(&world.sessions).await && bob.uses(&world.sessions).await);
    world.faults.plan(When::Operation(Operation::Touch), Fault::Before);
    let error = upkeep.stop().await.unwrap_err();
    assert_eq!(error.unwritten, 2, "{error}");

    world.faults.mend();
    world.sessions.start_upkeep().stop().await.unwrap();
    world.clock.advance(IDLE.saturating_sub(MILLISECOND));
    assert!(ada.is_let_in(&world.other_node()).await && bob.is_let_in(&world.other_node()).await);
}

#[tokio::test]
async fn when_the_upkeep_is_gone_requests_write_themselves() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    for stopped in [true, false] {
        let upkeep = world.sessions.start_upkeep();
        world.settle().await;
        if stopped {
            upkeep.stop().await.unwrap();
        } else {
            drop(upkeep);
            world.settle().await;
        }
        world.clock.advance(MINUTE);
        world.spy.forget();
        assert!(client.uses(&world.sessions).await);
        assert_eq!(world.spy.count(Operation::Touch), 1);
    }
}

/// A runtime is dropped with everything in it, and the program goes on without.
#[test]
fn without_a_runtime_requests_write_themselves() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let world = World::new();
    let outside = runtime();
    let client = outside.block_on(world.sign_in("ada"));
    let never_ran = world.sessions.start_upkeep();
    let cut_off = {
        let inside = runtime();
        inside.block_on(async {
            let upkeep = world.sessions.start_upkeep();
            world.settle().await;
            upkeep
        })
    };
    outside.block_on(async {
        world.clock.advance(MINUTE);
        world.spy.forget();
        assert!(client.uses(&world.sessions).await);
        assert_eq!(world.spy.count(Operation::Touch), 1);
        world.clock.advance(SECOND);
        assert!(client.uses(&world.sessions).await);
        never_ran.stop().await.unwrap();
        cut_off.stop().await.unwrap();
        assert_eq!(world.stored_use(&client).await, world.sessions.now());
    });
}

#[tokio::test]
async fn there_is_a_sweep_every_minute() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    let upkeep = world.sessions.start_upkeep();
    world.pass(IDLE).await;
    world.spy.forget();
    world.pass(MINUTE).await;
    assert!(world.spy.count(Operation::Sweep) >= 256, "a sweep goes through every cell");
    world.spy.forget();
    world.pass(MINUTE).await;
    assert!((256..512).contains(&world.spy.count(Operation::Sweep)));
    let verdict = client.verdict(&world.sessions, Activity::Watch).await;
    assert!(matches!(verdict, Verdict::Ended(EndReason::Idle)), "{verdict:?}");
    upkeep.stop().await.unwrap();
}

/// While a node could not reach the store it held uses; a sweep at the first moment in which the store
/// answers again would end their sessions.
#[tokio::test]
async fn after_a_lost_contact_the_sweep_waits_an_interval_and_a_flush() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    let upkeep = world.sessions.start_upkeep();
    world.pass(40 * SECOND).await;
    // Nobody but a request notices.
    world.faults.plan(When::Operation(Operation::Load), Fault::Before);
    assert!(!client.uses(&world.sessions).await);
    world.faults.mend();
    assert!(client.uses(&world.sessions).await);
    world.spy.forget();
    world.pass(50 * SECOND).await;
    assert!(client.uses(&world.sessions).await);
    world.pass(29 * SECOND).await;
    // Nothing that the writer would write by itself.
    assert!(client.uses(&world.sessions).await);
    let used = world.sessions.now();
    assert_eq!(world.spy.count(Operation::Sweep), 0, "the sweep was due after 20 s");
    world.pass(SECOND).await;
    assert!(world.spy.count(Operation::Sweep) >= 256);
    assert_eq!(world.stored_use(&client).await, used);
    let calls = world.spy.operations();
    let first_sweep = calls.iter().position(|operation| *operation == Operation::Sweep).expect("a sweep");
    assert_eq!(calls[first_sweep - 1], Operation::Touch, "{:?}", &calls[..first_sweep]);
    // It waited for that loss once.
    world.spy.forget();
    world.pass(MINUTE).await;
    assert!(world.spy.count(Operation::Sweep) >= 256);
    upkeep.stop().await.unwrap();
}

#[tokio::test]
async fn a_store_that_fails_again_and_again_is_swept_all_the_same() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    let upkeep = world.sessions.start_upkeep();
    world.spy.forget();
    let mut waited = Duration::ZERO;
    while world.spy.count(Operation::Sweep) == 0 {
        world.faults.plan(When::Operation(Operation::Load), Fault::Before);
        assert!(!client.is_let_in(&world.sessions).await);
        world.faults.mend();
        world.pass(10 * SECOND).await;
        waited += 10 * SECOND;
        assert!(waited <= 12 * MINUTE);
    }
    assert!(waited > 2 * MINUTE, "it did wait");
    upkeep.stop().await.unwrap();
}

#[tokio::test]
async fn a_leap_of_the_clock_suspends_the_sweeps_of_the_upkeep_too() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    let upkeep = world.sessions.start_upkeep();
    world.pass(SECOND).await;
    world.clock.step_forward(Duration::from_secs(10 * 365 * 86_400));
    world.spy.forget();
    world.pass(9 * MINUTE).await;
    assert_eq!(world.spy.count(Operation::Sweep), 0);
    world.pass(2 * MINUTE).await;
    assert!(world.spy.count(Operation::Sweep) >= 256);
    assert!(!client.is_let_in(&world.sessions).await);
    upkeep.stop().await.unwrap();
}
