//! Many callers, one sync.

use handstamp::testing::sign_in_as;

use crate::support::{bench, others_come_as_far_as_they_can};

#[tokio::test]
async fn whoever_waits_shares_the_next_sync() {
    let bench = bench();
    // The first one makes the store's cell key.
    sign_in_as(&bench.sessions, "ann").await;
    let before = bench.disk.disk.syncs();
    bench.disk.hold();
    let mut clients = Vec::new();
    for number in 0..50 {
        let sessions = bench.sessions.clone();
        clients.push(tokio::spawn(async move { sign_in_as(&sessions, &format!("ann {number}")).await }));
    }
    others_come_as_far_as_they_can().await;
    bench.disk.reached();
    bench.disk.release();
    for client in clients {
        client.await.unwrap();
    }
    // A group takes two syncs; 50 callers came in two groups, or a few more while the first were served.
    let syncs = bench.disk.disk.syncs() - before;
    assert!((2..=20).contains(&syncs), "{syncs} syncs for 50 sign-ins");
}

#[tokio::test]
async fn nobody_is_answered_before_the_sync() {
    let bench = bench();
    sign_in_as(&bench.sessions, "ann").await;
    bench.disk.hold();
    let sessions = bench.sessions.clone();
    let client = tokio::spawn(async move { sign_in_as(&sessions, "bob").await });
    others_come_as_far_as_they_can().await;
    bench.disk.reached();
    others_come_as_far_as_they_can().await;
    assert!(!client.is_finished());
    bench.disk.release();
    client.await.unwrap();
}

/// A session that nobody uses costs no sync, and neither does one that is used: its last use rides along.
#[tokio::test]
async fn a_last_use_waits_for_no_sync() {
    use handstamp::store::{SessionKey, Store, Touch};

    let bench = bench();
    let client = sign_in_as(&bench.sessions, "ann").await;
    let key = SessionKey::new(bench.sessions.realm().clone(), client.id());
    let later = bench.store.load(&key).await.unwrap().unwrap().session.last_use;
    let later = later.saturating_add(std::time::Duration::from_secs(60));
    bench.disk.hold();
    bench.store.touch(&[Touch { key: key.clone(), at: later }]).await.unwrap();
    assert_eq!(bench.store.load(&key).await.unwrap().unwrap().session.last_use, later);
    bench.disk.release();
}

/// On a disk that hangs, writes once queued up without bound for callers who had long gone.
#[tokio::test]
async fn on_a_disk_that_hangs_writes_do_not_fill_the_memory() {
    use futures_util::FutureExt;
    use handstamp::store::Store;

    let bench = bench();
    bench.disk.hold();
    let write = || bench.store.put_control("name", None, Vec::new());
    let mut waiting: Vec<_> = (0..65_536).map(|_| write()).collect();
    assert!(waiting.iter_mut().all(|write| write.now_or_never().is_none()));
    let refused = write().now_or_never().expect("it is refused at once").unwrap_err();
    assert!(refused.to_string().contains("too many writes wait"), "{refused}");
    bench.disk.release();
    for write in waiting {
        write.await.unwrap();
    }
    assert!(write().await.is_ok(), "there is room again");
}
