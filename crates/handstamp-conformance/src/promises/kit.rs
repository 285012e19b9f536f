//! What the promise tests are built of: an engine on a fresh store, clients of it, and ways to make
//! them collide.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use handstamp::{
    AccountId, Active, Activity, Cell, EndReason, OnSignIn, Policy, Proof, RealmKey, SessionId,
    SessionStatus, Sessions, SignIn, SignInError, SignedIn, SlotValue, Verdict,
    device::DeviceFacts,
    forward_store,
    store::{Durability, Loaded, SessionKey, Store, StoreError, StoreFuture},
    testing::{FakeClock, Operation, SpyStore, StoreCall, Subject},
};
use serde::{Deserialize, Serialize};
use tokio::{sync::Barrier, task::yield_now};

use crate::MakeStore;

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(3600);

/// An engine on a fresh store, with a clock that the test moves.
pub(super) struct House {
    pub(super) sessions: Sessions,
    pub(super) clock: FakeClock,
    pub(super) spy: SpyStore,
}

impl House {
    pub(super) async fn new(make: &impl MakeStore) -> Self {
        Self::on(make.make().await, Policy::aal2())
    }

    /// Every store call gives way to other tasks a random number of times, before and after.
    pub(super) async fn racing(make: &impl MakeStore, seed: u64) -> Self {
        Self::on(Jitter::new(make.make().await, seed, Faults::None), Policy::aal2())
    }

    pub(super) fn on(store: impl Store, policy: Policy) -> Self {
        let clock = FakeClock::new();
        let spy = SpyStore::new(store);
        // A cache that is to be tested stands in front of the store that is given.
        let builder = Sessions::builder(spy.clone()).key(RealmKey::generate()).without_near_cache();
        let sessions = builder.policy(policy).clock(clock.clone()).build();
        Self { sessions: sessions.expect("a valid policy"), clock, spy }
    }

    /// An anonymous session with its token.
    pub(super) async fn begin(&self) -> Client {
        let begun = self.sessions.begin(DeviceFacts::default()).await.expect("begin");
        Client { active: begun.session, token: begun.token.expose().to_owned() }
    }

    /// Somebody new signs in.
    pub(super) async fn sign_in(&self, account: &AccountId) -> Client {
        sign_in(&self.sessions, account, None).await.expect("sign in")
    }

    /// The session of this token; the test fails unless it may in.
    pub(super) async fn active(&self, token: &str) -> Active {
        match self.verdict(token).await {
            Verdict::Active(active) => *active,
            other => panic!("expected an active session, not {other:?}"),
        }
    }

    /// The verdict on this token, without using the session.
    pub(super) async fn verdict(&self, token: &str) -> Verdict {
        self.sessions.resume(token.as_bytes(), Activity::Watch).await
    }

    /// Fails unless this token's session has ended for this reason.
    pub(super) async fn assert_ended(&self, token: &str, expected: EndReason) {
        match self.verdict(token).await {
            Verdict::Ended(reason) if reason == expected => {}
            other => panic!("expected {expected}, not {other:?}"),
        }
    }

    /// The account's live sessions.
    pub(super) async fn live(&self, account: &AccountId) -> Vec<SessionId> {
        let mut live = Vec::new();
        let mut after = None;
        loop {
            let page = self.sessions.account(account).list(after).await.expect("list");
            let is_live = |status: &SessionStatus| matches!(status, SessionStatus::Live { .. });
            live.extend(page.sessions.iter().filter(|info| is_live(&info.status)).map(|info| info.id));
            after = page.next;
            if after.is_none() {
                return live;
            }
        }
    }

    /// An account that lives in this cell, or in another one.
    pub(super) async fn account_of(&self, cell: Cell, wanted: Where) -> AccountId {
        loop {
            let account = new_account();
            let home = self.cell_of(&account).await;
            if (home == cell) == (wanted == Where::SameCell) {
                return account;
            }
        }
    }

    pub(super) async fn cell_of(&self, account: &AccountId) -> Cell {
        self.spy.forget();
        let _ = self.sessions.begin_sign_in(account).await;
        let calls = self.spy.calls();
        let read = calls.iter().find(|call| call.operation == Operation::ReadAccount);
        match read.map(|call| &call.subject) {
            Some(Subject::Account(key)) => key.cell,
            other => panic!("a sign-in begins by reading the account, not {other:?}"),
        }
    }
}

/// Where an account lives, seen from an older session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    SameCell,
    OtherCell,
}

/// One client: its session as it was last seen, and its token.
pub(super) struct Client {
    pub(super) active: Active,
    pub(super) token: String,
}

impl From<SignedIn> for Client {
    fn from(signed_in: SignedIn) -> Self {
        Self { token: signed_in.token.expose().to_owned(), active: signed_in.session }
    }
}

impl Client {
    pub(super) fn id(&self) -> SessionId {
        self.active.id()
    }
}

/// Begins and completes a sign-in, over an old session if there is one.
pub(super) async fn sign_in(
    sessions: &Sessions,
    account: &AccountId,
    old: Option<&Active>,
) -> Result<Client, SignInError> {
    let ticket = sessions.begin_sign_in(account).await?;
    sessions.sign_in(SignIn::new(ticket, Proof::password()), old).await.map(Client::from)
}

/// An account that no other test knows.
pub(super) fn new_account() -> AccountId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    account(&format!("account-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

pub(super) fn account(id: &str) -> AccountId {
    AccountId::new(id).expect("an account's id")
}

/// Runs all of them at once: none begins before all are ready.
pub(super) async fn together<T, F>(tasks: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    race(std::future::ready(()), tasks).await.1
}

/// The same with one of another kind among them.
pub(super) async fn race<O, T, F>(
    own: impl Future<Output = O>,
    tasks: impl IntoIterator<Item = F>,
) -> (O, Vec<T>)
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<F> = tasks.into_iter().collect();
    let ready = Arc::new(Barrier::new(tasks.len() + 1));
    let start = |task| {
        let ready = ready.clone();
        tokio::spawn(async move {
            ready.wait().await;
            task.await
        })
    };
    let running: Vec<_> = tasks.into_iter().map(start).collect();
    ready.wait().await;
    let own = own.await;
    let mut results = Vec::with_capacity(running.len());
    for task in running {
        results.push(task.await.expect("a task of the test panicked"));
    }
    (own, results)
}

/// A count that goes along when somebody signs in.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Count(pub(super) u64);

impl SlotValue for Count {
    const NAME: &'static str = "count";
    const ON_SIGN_IN: OnSignIn = OnSignIn::Keep;
}

/// Small random numbers that a seed repeats (splitmix64). Not for secrets.
#[derive(Debug)]
pub(super) struct Dice(AtomicU64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    pub(super) fn next(&self) -> u64 {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `sides`.
    pub(super) fn roll(&self, sides: usize) -> usize {
        let sides = u64::try_from(sides.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % sides).unwrap_or_default()
    }
}

/// What goes wrong in a [`Jitter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Faults {
    None,
    /// One write in eight fails, before the store or after it with the answer lost.
    Writes,
}

/// A store whose calls take turns with everybody else's at random, and fail at random.
pub(super) struct Jitter {
    store: Arc<dyn Store>,
    dice: Dice,
    faults: Faults,
}

impl Jitter {
    pub(super) fn new(store: Arc<dyn Store>, seed: u64, faults: Faults) -> Self {
        Self { store, dice: Dice::new(seed), faults }
    }

    async fn give_way(&self) {
        for _ in 0..self.dice.roll(4) {
            yield_now().await;
        }
    }

    fn faults_of(&self, call: &StoreCall) -> (bool, bool) {
        let strikes = self.faults == Faults::Writes && call.operation.is_write() && self.dice.roll(8) == 0;
        let before = self.dice.roll(2) == 0;
        (strikes && before, strikes && !before)
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        call: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            let (before, after) = self.faults_of(&call);
            self.give_way().await;
            if before {
                return Err(StoreError::unavailable("planned fault before the store"));
            }
            let answer = operation(&*self.store).await;
            self.give_way().await;
            if after {
                return Err(StoreError::unavailable("planned fault, the answer is lost"));
            }
            answer
        })
    }
}

impl Store for Jitter {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn recall(&self, key: &SessionKey, max_staleness: Duration) -> Option<Arc<Loaded>> {
        self.store.recall(key, max_staleness)
    }

    forward_store!(every operation);
}
