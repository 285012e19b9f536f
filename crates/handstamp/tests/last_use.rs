//! Last uses cost few writes and are never forgotten.
//!
//! Uses in a touch interval after its first were once not kept anywhere, so that a session ended up to
//! a minute before its idle timeout although nothing had crashed (promise 7).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use handstamp::{
    AbsoluteTimeout, Activity, EndReason, IdleTimeout, Policy, Sessions, Verdict,
    store::MemoryStore,
    testing::{FakeClock, Operation, SpyStore, sign_in_as},
};

const MILLISECOND: Duration = Duration::from_millis(1);
const IDLE: Duration = Duration::from_secs(3600);

fn setting() -> (FakeClock, SpyStore, Sessions) {
    let clock = FakeClock::new();
    let spy = SpyStore::new(MemoryStore::new());
    let policy = Policy::aal2().signed_in(IdleTimeout::hours(1), AbsoluteTimeout::hours(24));
    let sessions = Sessions::builder(spy.clone()).policy(policy).clock(clock.clone()).build().unwrap();
    (clock, spy, sessions)
}

async fn is_active(sessions: &Sessions, token: &[u8]) -> bool {
    matches!(sessions.resume(token, Activity::Use).await, Verdict::Active(_))
}

#[tokio::test]
async fn a_hundred_reads_cost_at_most_one_write_per_interval() {
    let (clock, spy, sessions) = setting();
    let client = sign_in_as(&sessions, "ada").await;
    let token = client.token.expose().as_bytes();
    spy.forget();
    for _ in 0..100 {
        assert!(is_active(&sessions, token).await);
        clock.advance(Duration::from_millis(500));
    }
    assert_eq!(spy.writes(), 0, "fifty seconds are within the first interval");
    for _ in 0..100 {
        assert!(is_active(&sessions, token).await);
        clock.advance(Duration::from_millis(500));
    }
    assert_eq!(spy.count(Operation::Touch), 1);
}

#[tokio::test]
async fn the_idle_timeout_counts_from_the_very_last_use_also_across_a_sweep() {
    let (clock, _, sessions) = setting();
    let client = sign_in_as(&sessions, "ada").await;
    let token = client.token.expose().as_bytes();
    clock.advance(Duration::from_secs(59));
    assert!(is_active(&sessions, token).await);

    clock.advance(IDLE.saturating_sub(MILLISECOND));
    assert_eq!(sessions.sweep().await.unwrap().ended, 0);
    let verdict = sessions.resume(token, Activity::Watch).await;
    assert!(matches!(verdict, Verdict::Active(_)), "{verdict:?}");

    clock.advance(MILLISECOND);
    let verdict = sessions.resume(token, Activity::Use).await;
    assert!(matches!(verdict, Verdict::Ended(EndReason::Idle)), "{verdict:?}");
}

#[tokio::test]
async fn what_was_flushed_is_known_to_every_other_process() {
    let clock = FakeClock::new();
    let store = MemoryStore::new();
    let key = handstamp::RealmKey::generate();
    let node = || {
        let builder = Sessions::builder(store.clone()).key(key.clone()).clock(clock.clone());
        builder.build().unwrap()
    };
    let (here, there) = (node(), node());
    let client = sign_in_as(&here, "ada").await;
    let token = client.token.expose().as_bytes();
    clock.advance(Duration::from_secs(59));
    assert!(is_active(&here, token).await);
    here.flush().await.unwrap();
    clock.advance(IDLE.saturating_sub(MILLISECOND));
    assert!(is_active(&there, token).await);
}
