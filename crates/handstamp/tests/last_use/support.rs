//! Sessions with an idle timeout of an hour, so a touch interval of a minute, and what looks at them.

use std::{sync::Arc, time::Duration};

use handstamp::{
    AbsoluteTimeout, Activity, IdleTimeout, Policy, RealmKey, RealmName, SessionId, Sessions, Timestamp,
    Verdict,
    store::{MemoryStore, SessionKey, Store},
    testing::{FakeClock, FaultyStore, SpyStore, sign_in_as},
};

pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const IDLE: Duration = Duration::from_secs(3600);

pub(crate) struct World {
    pub(crate) clock: FakeClock,
    pub(crate) faults: FaultyStore,
    pub(crate) spy: SpyStore,
    pub(crate) sessions: Sessions,
    key: RealmKey,
}

/// A person with a session.
pub(crate) struct Client {
    pub(crate) id: SessionId,
    token: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(MemoryStore::new())
    }

    pub(crate) fn on(store: impl Store) -> Self {
        let clock = FakeClock::new();
        let faults = FaultyStore::new(store);
        let spy = SpyStore::new(faults.clone());
        let key = RealmKey::generate();
        let sessions = node(&Arc::new(spy.clone()), &key, &clock);
        Self { clock, faults, spy, sessions, key }
    }

    /// Another process on the same store; it knows only what the store knows.
    pub(crate) fn other_node(&self) -> Sessions {
        node(&Arc::new(self.spy.clone()), &self.key, &self.clock)
    }

    pub(crate) async fn sign_in(&self, account: &str) -> Client {
        let signed_in = sign_in_as(&self.sessions, account).await;
        Client { id: signed_in.session.id(), token: signed_in.token.expose().to_owned() }
    }

    /// A second after the other passes, and the upkeep does what it has to.
    pub(crate) async fn pass(&self, time: Duration) {
        self.settle().await;
        for _ in 0..time.as_secs() {
            self.clock.advance(SECOND);
            self.settle().await;
        }
    }

    /// Everything that is ready runs: the stores answer at once, and nothing waits but for the clock.
    pub(crate) async fn settle(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    /// What the store has.
    pub(crate) async fn stored_use(&self, client: &Client) -> Timestamp {
        let key = SessionKey::new(RealmName::default(), client.id);
        self.spy.load(&key).await.unwrap().unwrap().session.last_use
    }
}

impl Client {
    pub(crate) async fn verdict(&self, sessions: &Sessions, activity: Activity) -> Verdict {
        sessions.resume(self.token.as_bytes(), activity).await
    }

    pub(crate) async fn uses(&self, sessions: &Sessions) -> bool {
        matches!(self.verdict(sessions, Activity::Use).await, Verdict::Active(_))
    }

    pub(crate) async fn is_let_in(&self, sessions: &Sessions) -> bool {
        matches!(self.verdict(sessions, Activity::Watch).await, Verdict::Active(_))
    }
}

fn node(store: &Arc<SpyStore>, key: &RealmKey, clock: &FakeClock) -> Sessions {
    let policy = Policy::aal2().signed_in(IdleTimeout::hours(1), AbsoluteTimeout::hours(24));
    let builder = Sessions::builder(store.clone()).policy(policy).key(key.clone()).clock(clock.clone());
    builder.build().unwrap()
}
