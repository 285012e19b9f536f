//! Somebody sets the clock ten years forward or back, while the process runs or while it does not. No
//! session lives longer for it, nothing is swept because of it, and the store's time never runs back.

use std::{path::Path, time::Duration};

use handstamp::{
    Cell, Sessions, Timestamp, Verdict,
    store::{ChangesPage, EmbeddedStore, Stats, Store},
    testing::FakeClock,
};

use crate::kit::{self, Client, DAY, SECOND};

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);
const IDLE: Duration = Duration::from_secs(3600);
const NEARLY_IDLE: Duration = Duration::from_secs(3599);

#[test]
fn a_clock_set_forward_and_back_while_the_process_runs() {
    let folder = tempfile::tempdir().unwrap();
    let clock = FakeClock::new();
    let mut late = None;
    life(folder.path(), &clock, async |store, sessions| {
        let early = Client::sign_in(&sessions, "alice").await.unwrap();
        clock.step_forward(TEN_YEARS);
        let leapt = sessions.now();
        nothing_is_swept(&store, &sessions).await;
        assert!(refused(&early, &sessions).await, "its time is over by every clock");
        let client = Client::sign_in(&sessions, "bob").await.unwrap();
        clock.step_back(TEN_YEARS);
        assert!(sessions.now() >= leapt, "time runs backwards");
        client.active(&sessions).await;
        assert!(refused(&early, &sessions).await, "it lives again");
        clock.advance(NEARLY_IDLE);
        client.active(&sessions).await;
        clock.advance(SECOND);
        assert!(refused(&client, &sessions).await, "it is immortal");
        let client = Client::sign_in(&sessions, "bob").await.unwrap();
        never_backwards(&store).await;
        late = Some((client, sessions.now()));
    });
    // The clock is right again, ten years before the last write.
    let (client, latest) = late.unwrap();
    life(folder.path(), &clock, async |store, sessions| {
        assert!(sessions.now() >= latest, "a restart turns time back");
        client.active(&sessions).await;
        Client::sign_in(&sessions, "carol").await.unwrap();
        never_backwards(&store).await;
        clock.advance(IDLE);
        assert!(refused(&client, &sessions).await, "a restart makes it immortal");
    });
}

#[test]
fn a_clock_set_back_while_the_process_does_not_run() {
    for back in [IDLE, DAY, TEN_YEARS] {
        let folder = tempfile::tempdir().unwrap();
        let clock = FakeClock::new();
        let mut before = None;
        life(folder.path(), &clock, async |_, sessions| {
            before = Some((Client::sign_in(&sessions, "alice").await.unwrap(), sessions.now()));
        });
        let (client, latest) = before.unwrap();
        clock.step_back(back);
        life(folder.path(), &clock, async |store, sessions| {
            assert!(sessions.now() >= latest, "{back:?}: a restart turns time back");
            client.active(&sessions).await;
            clock.advance(NEARLY_IDLE);
            client.active(&sessions).await;
            clock.advance(SECOND);
            assert!(refused(&client, &sessions).await, "{back:?}: it is immortal");
            Client::sign_in(&sessions, "bob").await.unwrap();
            never_backwards(&store).await;
        });
    }
}

#[test]
fn a_clock_set_forward_while_the_process_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let clock = FakeClock::new();
    let mut clients = Vec::new();
    life(folder.path(), &clock, async |_, sessions| {
        for name in ["alice", "bob"] {
            clients.push(Client::sign_in(&sessions, name).await.unwrap());
        }
        clients[1].sign_out(&sessions).await.unwrap();
    });
    clock.step_forward(TEN_YEARS);
    life(folder.path(), &clock, async |store, sessions| {
        nothing_is_swept(&store, &sessions).await;
        assert!(refused(&clients[0], &sessions).await);
    });
    // Somebody looked at it and set the clock right before anything was written: all is as it was.
    let folder = tempfile::tempdir().unwrap();
    let clock = FakeClock::new();
    let mut client = None;
    life(folder.path(), &clock, async |_, sessions| {
        client = Some(Client::sign_in(&sessions, "alice").await.unwrap());
    });
    clock.step_forward(TEN_YEARS);
    life(folder.path(), &clock, async |store, sessions| nothing_is_swept(&store, &sessions).await);
    clock.step_back(TEN_YEARS);
    life(folder.path(), &clock, async |_, sessions| {
        client.unwrap().active(&sessions).await;
    });
}

/// The sweep waits, and neither live nor ended sessions become fewer.
async fn nothing_is_swept(store: &EmbeddedStore, sessions: &Sessions) {
    let counts = |stats: Stats| (stats.live, stats.ended, stats.entries);
    let before = counts(store.stats().await.unwrap());
    let report = sessions.sweep().await.unwrap();
    assert!(report.suspended, "{report:?}");
    assert_eq!((report.ended, report.forgotten), (0, 0));
    assert_eq!(counts(store.stats().await.unwrap()), before);
}

async fn refused(client: &Client, sessions: &Sessions) -> bool {
    matches!(client.verdict(sessions).await, Verdict::Ended(_) | Verdict::Invalid)
}

/// Within each cell, entries are in the order of their times.
async fn never_backwards(store: &EmbeddedStore) {
    for cell in Cell::all() {
        let ChangesPage::Entries(entries) = store.changes(cell, 0, 1000).await.unwrap() else {
            panic!("nothing was forgotten")
        };
        let times: Vec<Timestamp> = entries.iter().map(|entry| entry.at).collect();
        assert!(times.is_sorted(), "{times:?}");
    }
}

/// The store is opened, used and closed.
fn life(state: &Path, clock: &FakeClock, live: impl AsyncFnOnce(EmbeddedStore, Sessions)) {
    kit::runtime().block_on(async {
        let store = kit::options().open(state).unwrap();
        let sessions = kit::sessions(&store, state, clock).without_near_cache().build().unwrap();
        live(store, sessions).await;
    });
}
