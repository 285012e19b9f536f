//! Ends that are applied and not on disk yet.

use std::time::Duration;

use handstamp::{EndReason, Verdict, testing::sign_in_as};

use crate::support::{Bench, bench, others_come_as_far_as_they_can, verdict};

type Ending = tokio::task::JoinHandle<Result<(), String>>;

/// Somebody is being signed out on a disk that takes its time; somebody else is signed in.
async fn while_an_end_is_on_its_way(
    bench: &Bench,
) -> (handstamp::testing::SignedInClient, handstamp::testing::SignedInClient, Ending) {
    let (leaving, staying) =
        (sign_in_as(&bench.sessions, "ann").await, sign_in_as(&bench.sessions, "bob").await);
    bench.disk.hold();
    let (sessions, id) = (bench.sessions.clone(), leaving.id());
    let ending =
        tokio::spawn(
            async move { sessions.end_as_admin(id).await.map(drop).map_err(|error| error.to_string()) },
        );
    others_come_as_far_as_they_can().await;
    bench.disk.reached();
    (leaving, staying, ending)
}

#[tokio::test]
async fn nobody_is_let_in_while_their_end_is_being_written() {
    let bench = bench();
    let (leaving, staying, ending) = while_an_end_is_on_its_way(&bench).await;
    assert!(matches!(verdict(&bench.sessions, &staying).await, Verdict::Active(_)), "others are let in");
    let sessions = bench.sessions.clone();
    let asked = tokio::spawn(async move { verdict(&sessions, &leaving).await });
    others_come_as_far_as_they_can().await;
    assert!(!asked.is_finished() && !ending.is_finished());
    bench.disk.release();
    ending.await.unwrap().unwrap();
    assert!(matches!(asked.await.unwrap(), Verdict::Ended(EndReason::Admin)));
}

/// Whether the end is on disk nobody can tell: the verdict is no guess, and the store says what to do.
#[tokio::test]
async fn an_end_whose_sync_fails_leaves_the_session_unknown() {
    let bench = bench();
    let (leaving, staying, ending) = while_an_end_is_on_its_way(&bench).await;
    bench.disk.disk.fail_sync(1);
    bench.disk.release();
    let failed = ending.await.unwrap().unwrap_err();
    assert!(failed.contains("read-only") && failed.contains("restart the program"), "{failed}");
    assert!(matches!(verdict(&bench.sessions, &leaving).await, Verdict::Unknown(_)));
    assert!(matches!(verdict(&bench.sessions, &staying).await, Verdict::Active(_)), "reading goes on");

    // Nothing is tried again, also when the disk is well.
    bench.disk.disk.mend();
    let refused = bench.disk.disk.syncs();
    assert!(bench.sessions.end_as_admin(staying.id()).await.is_err());
    assert_eq!(bench.disk.disk.syncs(), refused);
    assert!(matches!(verdict(&bench.sessions, &leaving).await, Verdict::Unknown(_)));
}

/// A disk that hangs is an outage: the session's verdict is `Unknown` when the patience is over.
#[tokio::test]
async fn an_end_on_a_disk_that_hangs_makes_its_session_unknown() {
    let bench = bench();
    let (leaving, _, ending) = while_an_end_is_on_its_way(&bench).await;
    let sessions = bench.sessions.clone();
    let asked = tokio::spawn(async move { verdict(&sessions, &leaving).await });
    // Longer than any patience, also that of a second try.
    for _ in 0..2 {
        others_come_as_far_as_they_can().await;
        bench.clock.advance(Duration::from_secs(6));
    }
    assert!(matches!(asked.await.unwrap(), Verdict::Unknown(_)));
    assert!(ending.await.unwrap().is_err(), "it is not known to have ended");
    bench.disk.release();
}
