//! A restart with the machine's clock set wrong: no session becomes immortal, nothing is deleted, and the
//! log says what to do.
//!
//! Time was once kept from running backwards within a process only. After a restart with the clock ten
//! years back every session was ten years from its timeouts, because a last use in the future counts as
//! one just now.

use std::time::Duration;

use handstamp::{
    Activity, EndReason, RealmKey, Sessions, Timestamp, Verdict, forward_store,
    store::{Durability, MemoryStore, Store, StoreFuture},
    testing::{FakeClock, StoreCall, sign_in_as},
};

use crate::{
    log::Log,
    support::{MILLISECOND, MINUTE},
};

const DAY: Duration = Duration::from_secs(86_400);
const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);

/// A memory store that outlives its sessions and says when it was last written.
struct DatedStore {
    store: MemoryStore,
    latest: Timestamp,
}

impl DatedStore {
    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a MemoryStore) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&self.store)
    }
}

impl Store for DatedStore {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn latest(&self) -> Option<Timestamp> {
        Some(self.latest)
    }

    forward_store!(every operation);
}

fn open(store: impl Store, key: &RealmKey, clock: &FakeClock) -> Sessions {
    Sessions::builder(store).key(key.clone()).clock(clock.clone()).build().unwrap()
}

async fn verdict(sessions: &Sessions, token: &str) -> Verdict {
    sessions.resume(token.as_bytes(), Activity::Watch).await
}

/// Signs in, then opens the store again as the next process does, with its clock moved by `set`.
struct Restarted {
    sessions: Sessions,
    clock: FakeClock,
    token: String,
    latest: Timestamp,
    alarms: String,
}

async fn restarted(set: impl FnOnce(&FakeClock)) -> Restarted {
    let (store, key, clock) = (MemoryStore::new(), RealmKey::generate(), FakeClock::new());
    let token = sign_in_as(&open(store.clone(), &key, &clock), "ada").await.token.expose().to_owned();
    let latest = handstamp::Clock::now(&clock);
    set(&clock);
    let log = Log::default();
    let listening = log.listen();
    let sessions = open(DatedStore { store, latest }, &key, &clock);
    drop(listening);
    let alarms = log.take().lines().filter(|line| line.contains("ERROR")).collect();
    Restarted { sessions, clock, token, latest, alarms }
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_no_session_immortal() {
    for back in [DAY, TEN_YEARS] {
        let Restarted { sessions, clock, token, latest, alarms } =
            restarted(|clock| clock.step_back(back)).await;
        assert_eq!(sessions.now(), latest);
        let idle = sessions.policy().clocks().browser.idle.duration();
        clock.advance(idle.saturating_sub(MILLISECOND));
        assert!(matches!(verdict(&sessions, &token).await, Verdict::Active(_)));
        clock.advance(MILLISECOND);
        assert!(matches!(verdict(&sessions, &token).await, Verdict::Ended(EndReason::Idle)));
        assert!(alarms.contains(&format!("behind_seconds={}", back.as_secs())), "{alarms}");
        assert!(alarms.contains("Correct the machine's clock") && alarms.contains("import --end-sessions"));
    }
}

#[tokio::test]
async fn a_clock_that_stands_years_ahead_deletes_nothing_for_ten_minutes() {
    let Restarted { sessions, clock, alarms, .. } = restarted(|clock| clock.step_forward(TEN_YEARS)).await;
    assert!(alarms.contains("sweeping waits"), "{alarms}");
    let report = sessions.sweep().await.unwrap();
    assert!(report.suspended && report.seen == 0, "{report:?}");
    clock.advance(10 * MINUTE);
    let report = sessions.sweep().await.unwrap();
    assert_eq!((report.suspended, report.ended), (false, 1), "somebody had time to look");
}

#[tokio::test]
async fn an_ordinary_restart_is_no_alarm() {
    for later in [Duration::ZERO, MINUTE, DAY] {
        let Restarted { sessions, clock, alarms, .. } = restarted(|clock| clock.step_forward(later)).await;
        assert_eq!(alarms, "");
        assert_eq!(sessions.now(), handstamp::Clock::now(&clock));
        assert!(!sessions.sweep().await.unwrap().suspended);
    }
    // A time server sets a clock back by seconds every now and then.
    let Restarted { sessions, alarms, latest, .. } = restarted(|clock| clock.step_back(MINUTE)).await;
    assert_eq!((sessions.now(), alarms.as_str()), (latest, ""));
}

/// The same on the store that it is for.
#[cfg(feature = "embedded")]
#[tokio::test]
async fn a_file_on_disk_carries_time_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (key, clock) = (RealmKey::generate(), FakeClock::new());
    let embedded = || handstamp::store::EmbeddedStore::open(folder.path()).unwrap();
    let token = {
        let sessions = open(embedded(), &key, &clock);
        let upkeep = sessions.start_upkeep();
        let token = sign_in_as(&sessions, "ada").await.token.expose().to_owned();
        clock.advance(30 * MILLISECOND);
        assert!(matches!(sessions.resume(token.as_bytes(), Activity::Use).await, Verdict::Active(_)));
        upkeep.stop().await.unwrap();
        token
    };
    let latest = handstamp::Clock::now(&clock);
    clock.step_back(TEN_YEARS);
    let sessions = open(embedded(), &key, &clock);
    // What was stored last was the use, which is no more than that older.
    assert!(latest.since(sessions.now()) <= 30 * MILLISECOND, "{} {latest}", sessions.now());
    clock.advance(sessions.policy().clocks().browser.idle.duration() + 30 * MILLISECOND);
    assert!(matches!(verdict(&sessions, &token).await, Verdict::Ended(EndReason::Idle)));
}
