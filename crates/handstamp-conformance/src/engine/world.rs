//! An engine on a store that can fail, with a clock that is moved by hand.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use futures_util::FutureExt;
use handstamp::{
    AccountId, Active, Activity, Change, Clock, LogNews, Proof, RealmKey, SessionId, SessionStatus, Sessions,
    SignIn, SignInError, SignedIn, SignedInSession, SlotValue, SystemClock, Verdict,
    device::DeviceFacts,
    forward_store,
    store::{Durability, Scan, ScanFilter, Store, StoreFuture, StoredSession},
    testing::{FakeClock, FaultyStore, StoreCall, sign_in_as},
};
use serde::{Deserialize, Serialize};

use crate::MakeStore;

/// The engine's store timeout is 5 s; this is longer.
const BEYOND_THE_TIMEOUT: Duration = Duration::from_secs(6);

pub(super) struct World {
    pub(super) store: FaultyStore,
    pub(super) clock: FakeClock,
    pub(super) sessions: Sessions,
}

/// What a visitor keeps; goes along at sign-in.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Basket(pub(super) u32);

impl SlotValue for Basket {
    const NAME: &'static str = "basket";
    const ON_SIGN_IN: handstamp::OnSignIn = handstamp::OnSignIn::Keep;
}

/// Gives way before and after each call, so that a future can be dropped there on any store.
struct Yielding(Arc<dyn Store>);

impl Yielding {
    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let answer = operation(&*self.0).await;
            tokio::task::yield_now().await;
            answer
        })
    }
}

impl Store for Yielding {
    fn durability(&self) -> Durability {
        self.0.durability()
    }

    forward_store!(every operation);
}

impl World {
    pub(super) async fn new(make: &impl MakeStore) -> Self {
        Self::with(make, |_| {}).await
    }

    /// A world with an observer.
    pub(super) async fn with(make: &impl MakeStore, observer: fn(&Change)) -> Self {
        let store = FaultyStore::new(Yielding(make.make().await));
        let clock = FakeClock::at(SystemClock::new().now());
        let sessions = Sessions::builder(store.clone())
            .without_near_cache()
            .key(RealmKey::generate())
            .clock(clock.clone())
            .observe(observer)
            .build()
            .expect("the sessions can be set up");
        Self { store, clock, sessions }
    }

    /// Does `work` while time passes for calls that hang.
    pub(super) async fn out_waiting<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut hanging = self.store.struck();
        loop {
            if let Some(result) = work.as_mut().now_or_never() {
                return result;
            }
            if self.store.struck() > hanging {
                hanging = self.store.struck();
                self.clock.advance(BEYOND_THE_TIMEOUT);
            }
            tokio::task::yield_now().await;
        }
    }

    /// Waits until what a dropped call may have left under way has come to rest: a later write is
    /// behind it.
    pub(super) async fn settle(&self) {
        let seen = self.store.control("settled").await.expect("control").map(|blob| blob.version);
        self.store.put_control("settled", seen, Vec::new()).await.expect("put_control");
    }

    pub(super) async fn resume(&self, token: &str) -> Verdict {
        self.sessions.resume(token.as_bytes(), Activity::Use).await
    }

    /// A visitor with this much in the basket.
    pub(super) async fn visitor(&self, basket: u32) -> (SessionId, String) {
        let begun = self.sessions.begin(DeviceFacts::default()).await.expect("begin");
        let (mut session, token) = (begun.session, begun.token);
        self.sessions.edit(&mut session, |slot: &mut Basket| slot.0 = basket).await.expect("edit");
        (session.id(), token.expose().to_owned())
    }

    pub(super) async fn client(&self, account: &str) -> (SessionId, String) {
        let client = sign_in_as(&self.sessions, account).await;
        (client.id(), client.token.expose().to_owned())
    }

    pub(super) async fn sign_in(&self, account: &str, old: Option<&Active>) -> Result<SignedIn, SignInError> {
        let ticket = self.sessions.begin_sign_in(&name(account)).await?;
        self.sessions.sign_in(SignIn::new(ticket, Proof::password()), old).await
    }

    pub(super) fn account(&self, account: &str) -> handstamp::Account {
        self.sessions.account(&name(account))
    }

    /// How many sessions of the account are alive.
    pub(super) async fn live(&self, account: &str) -> usize {
        let page = self.account(account).list(None).await.expect("list");
        page.sessions.iter().filter(|info| matches!(info.status, SessionStatus::Live { .. })).count()
    }

    /// Everything that lies in the store.
    pub(super) async fn stored(&self) -> Vec<StoredSession> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let scan = Scan { filter: ScanFilter::All, from, limit: 100 };
            let page = self.store.scan(scan).await.expect("scan");
            found.extend(page.sessions);
            from = page.next;
            if from.is_none() {
                return found;
            }
        }
    }

    /// How many entries of the log are so.
    pub(super) async fn told(&self, which: impl Fn(&Change) -> bool) -> usize {
        let mut log = self.sessions.log_from_start().await.expect("log");
        let mut count = 0;
        loop {
            match log.next(1000).await.expect("log") {
                LogNews::Entries(entries) if entries.is_empty() => return count,
                LogNews::Entries(entries) => {
                    count += entries.iter().filter(|entry| which(&entry.change)).count();
                }
                news => panic!("the log says {news:?}"),
            }
        }
    }
}

pub(super) fn name(account: &str) -> AccountId {
    AccountId::new(account).expect("an account's id")
}

pub(super) fn signed_in(active: &Active) -> &SignedInSession {
    active.signed_in().expect("somebody is signed in")
}
