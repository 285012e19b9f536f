//! What the tests share.

use std::{path::Path, time::Duration};

use handstamp::{
    AccountId, Active, Activity, Builder, Proof, RealmKey, SessionId, Sessions, SignIn, Verdict,
    store::{EmbeddedOptions, EmbeddedStore, OpenError},
    testing::FakeClock,
};
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder as Threads, Runtime};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// A runtime of its own for each life of a store: when it is dropped, nothing holds the store any more.
pub(crate) fn runtime() -> Runtime {
    Threads::new_current_thread().enable_time().build().unwrap()
}

/// The choices of an application, but for a log that is kept however the clock is moved, and little memory.
pub(crate) fn options() -> EmbeddedOptions {
    EmbeddedStore::options().log_retention(40 * 365 * DAY).cache_bytes(4 << 20)
}

/// Sessions on a store that keeps its key in `folder`.
pub(crate) fn sessions(store: &EmbeddedStore, folder: &Path, clock: &FakeClock) -> Builder {
    Sessions::builder(store.clone()).key_folder(folder).clock(clock.clone())
}

/// Sessions that can be opened again with their key, as a restart does.
pub(crate) struct House {
    pub(crate) sessions: Sessions,
    pub(crate) clock: FakeClock,
    key: RealmKey,
    near_cache: bool,
}

impl House {
    pub(crate) fn on(store: EmbeddedStore) -> Self {
        Self::build(store, FakeClock::new(), RealmKey::generate(), false)
    }

    /// With a near cache in front of the store, as applications have it.
    pub(crate) fn with_near_cache(store: EmbeddedStore) -> Self {
        Self::build(store, FakeClock::new(), RealmKey::generate(), true)
    }

    fn build(store: EmbeddedStore, clock: FakeClock, key: RealmKey, near_cache: bool) -> Self {
        let builder = Sessions::builder(store).key(key.clone()).clock(clock.clone());
        let builder = if near_cache { builder.near_cache(1 << 20) } else { builder.without_near_cache() };
        Self { sessions: builder.build().unwrap(), clock, key, near_cache }
    }

    /// Nothing holds the store while it is opened again.
    pub(crate) fn open_again(self, open: impl FnOnce() -> Result<EmbeddedStore, OpenError>) -> Self {
        let Self { sessions, clock, key, near_cache } = self;
        drop(sessions);
        Self::build(open().unwrap(), clock, key, near_cache)
    }
}

/// Somebody who is signed in, or has been.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: SessionId,
    pub(crate) token: String,
}

impl Client {
    /// Signs in; an error as a person reads it.
    pub(crate) async fn sign_in(sessions: &Sessions, account: &str) -> Result<Self, String> {
        let account = AccountId::new(account).unwrap();
        let ticket = sessions.begin_sign_in(&account).await.map_err(|error| error.to_string())?;
        let sign_in = SignIn::new(ticket, Proof::password());
        let new = sessions.sign_in(sign_in, None).await.map_err(|error| error.to_string())?;
        Ok(Self { id: new.session.id(), token: new.token.expose().to_owned() })
    }

    /// Signs out; an error as a person reads it.
    pub(crate) async fn sign_out(&self, sessions: &Sessions) -> Result<(), String> {
        match self.verdict(sessions).await {
            Verdict::Active(active) => sessions.sign_out(&active).await.map_err(|error| error.to_string()),
            verdict => Err(format!("{verdict:?}")),
        }
    }

    pub(crate) async fn verdict(&self, sessions: &Sessions) -> Verdict {
        sessions.resume(self.token.as_bytes(), Activity::Watch).await
    }

    pub(crate) async fn active(&self, sessions: &Sessions) -> Active {
        match self.verdict(sessions).await {
            Verdict::Active(active) => *active,
            verdict => panic!("{} is {verdict:?}", self.id),
        }
    }

    pub(crate) async fn is_active(&self, sessions: &Sessions) -> bool {
        matches!(self.verdict(sessions).await, Verdict::Active(_))
    }
}
