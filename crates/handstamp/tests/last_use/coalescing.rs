//! Without an upkeep: the first use in an interval is written by its request, the others are held.
//!
//! Uses in a touch interval after its first were once not kept anywhere, so that a session ended up to
//! a minute before its idle timeout although nothing had crashed (promise 7).

use handstamp::{
    Activity, EndReason, Verdict,
    testing::{Fault, Operation, When},
};

use crate::support::{IDLE, MILLISECOND, MINUTE, SECOND, World};

#[tokio::test]
async fn a_hundred_reads_cost_at_most_one_write_per_interval() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    world.spy.forget();
    for _ in 0..100 {
        assert!(client.uses(&world.sessions).await);
        world.clock.advance(SECOND / 2);
    }
    assert_eq!(world.spy.writes(), 0, "fifty seconds are within the first interval");
    for _ in 0..100 {
        assert!(client.uses(&world.sessions).await);
        world.clock.advance(SECOND / 2);
    }
    assert_eq!(world.spy.count(Operation::Touch), 1);
}

#[tokio::test]
async fn the_idle_timeout_counts_from_the_very_last_use_also_across_a_sweep() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    world.clock.advance(59 * SECOND);
    assert!(client.uses(&world.sessions).await);

    world.clock.advance(IDLE.saturating_sub(MILLISECOND));
    assert_eq!(world.sessions.sweep().await.unwrap().ended, 0);
    assert!(client.is_let_in(&world.sessions).await);

    world.clock.advance(MILLISECOND);
    let verdict = client.verdict(&world.sessions, Activity::Use).await;
    assert!(matches!(verdict, Verdict::Ended(EndReason::Idle)), "{verdict:?}");
}

#[tokio::test]
async fn what_was_flushed_is_known_to_every_other_process() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    world.clock.advance(59 * SECOND);
    assert!(client.uses(&world.sessions).await);
    world.sessions.flush().await.unwrap();
    world.clock.advance(IDLE.saturating_sub(MILLISECOND));
    assert!(client.uses(&world.other_node()).await);
}

#[tokio::test]
async fn a_flush_that_fails_is_told_and_the_next_one_writes_all() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    world.clock.advance(MINUTE / 2);
    assert!(client.uses(&world.sessions).await);
    for fault in [Fault::Before, Fault::AnswerLost] {
        world.faults.plan(When::Operation(Operation::Touch), fault);
        assert!(world.sessions.flush().await.is_err());
        world.faults.mend();
    }
    world.spy.forget();
    world.sessions.flush().await.unwrap();
    world.sessions.flush().await.unwrap();
    world.spy.assert_operations(&[Operation::Touch]);
    assert_eq!(world.stored_use(&client).await, world.sessions.now());
}

/// A request is dropped while it waits for the store: its browser has gone.
#[tokio::test]
async fn a_dropped_request_leaves_its_use_to_the_next() {
    let world = World::new();
    let client = world.sign_in("ada").await;
    world.clock.advance(MINUTE);
    world.faults.plan(When::Operation(Operation::Touch), Fault::Hangs);
    tokio::select! {
        biased;
        _ = client.uses(&world.sessions) => panic!("the store hangs"),
        () = world.settle() => {}
    }
    world.faults.mend();
    world.spy.forget();
    assert!(client.uses(&world.sessions).await);
    assert_eq!(world.spy.count(Operation::Touch), 1);
    assert_eq!(world.stored_use(&client).await, world.sessions.now());
}
