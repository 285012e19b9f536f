//! The cache over a memory store whose feed is worked by hand: nothing is told and no probe comes back
//! unless a test says so.

#![allow(clippy::unchecked_time_subtraction, reason = "a difference below zero is to fail its test")]

mod feed;
mod fills;
#[cfg(shuttle)]
mod interleavings;
mod writes;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::mpsc, task::yield_now};

use super::NearCache;
use crate::{
    forward_store,
    id::{Cell, SessionId, WriteId},
    policy::{SessionClass, Shorter},
    realm::{AccountId, RealmName},
    reason::{Actor, EndReason, Ending},
    store::{
        AccountKey, AccountState, CellState, ChangesPage, Commit, Condition, Create, CreateOutcome,
        Durability, End, Epoch, Feed, FeedNews, Loaded, MemoryStore, Probe, SessionKey, Store, StoreError,
        StoreFuture, StoredSession, StoredState, Target, WriteOutcome,
    },
    testing::{FakeClock, GateStore, SpyStore, StoreCall},
    time::Timestamp,
};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const CELL: Cell = Cell::new(7);

/// A live session with a small record.
pub(super) fn session_of(cell: Cell, number: u64, account: Option<&str>) -> Loaded {
    let mut id = [0; 16];
    id[0] = cell.number();
    id[8..].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    let at = Timestamp::from_millis(1);
    let session = StoredSession {
        key: SessionKey::new(RealmName::default(), SessionId::from_bytes(id)),
        account: account.map(|account| AccountId::new(account).unwrap()),
        class: SessionClass::Browser,
        created_at: at,
        proven_at: at,
        shorter: Shorter::default(),
        account_epoch: Epoch::default(),
        cell_epoch: Epoch::default(),
        privilege: Epoch::default(),
        unsettled: false,
        write: WriteId::generate(),
        data_write: WriteId::generate(),
        replaces: None,
        state: StoredState::Live,
        last_use: at,
        body: vec![0; 200].into(),
        data: Arc::from([0; 40]),
    };
    Loaded { session, account: AccountState::default(), cell: CellState::default() }
}

/// A cache, the store behind it as another node sees it, and the hand that works the feed.
pub(super) struct Rig {
    pub(super) cache: NearCache,
    pub(super) elsewhere: MemoryStore,
    pub(super) gates: GateStore,
    pub(super) spy: SpyStore,
    pub(super) clock: FakeClock,
    pub(super) hand: Hand,
}

impl Rig {
    pub(super) fn new() -> Self {
        Self::on(MemoryStore::new())
    }

    pub(super) fn on(elsewhere: MemoryStore) -> Self {
        let (hand, clock) = (Hand::default(), FakeClock::new());
        let spy = SpyStore::new(HandFed { store: Arc::new(elsewhere.clone()), hand: hand.clone() });
        let gates = GateStore::new(spy.clone());
        let cache = NearCache::options().clock(clock.clone()).in_front_of(gates.clone());
        Self { cache, elsewhere, gates, spy, clock, hand }
    }

    /// One whose feed is followed and has just been proven.
    pub(super) async fn proven() -> Self {
        Self::proven_on(MemoryStore::new()).await
    }

    pub(super) async fn proven_on(elsewhere: MemoryStore) -> Self {
        let rig = Self::on(elsewhere);
        assert!(rig.recall(&session_of(CELL, 0, None).session.key).is_none());
        rig.prove().await;
        rig
    }

    /// A probe comes back.
    pub(super) async fn prove(&self) {
        let mut caught_up = Box::pin(self.cache.caught_up());
        for _ in 0..100 {
            settle().await;
            self.hand.return_probes();
            if futures_util::FutureExt::now_or_never(&mut caught_up).is_some() {
                return;
            }
        }
        panic!("no probe comes back");
    }

    /// What the cache says when asked for an answer of at most a second's age.
    pub(super) fn recall(&self, key: &SessionKey) -> Option<Arc<Loaded>> {
        self.cache.recall(key, SECOND)
    }

    /// A session begins elsewhere and is cached here.
    pub(super) async fn cached(&self, number: u64) -> SessionKey {
        let key = self.begun(number).await;
        assert!(self.cache.load(&key).await.unwrap().is_some());
        assert!(self.recall(&key).is_some());
        key
    }

    /// A session begins elsewhere, and that is told.
    pub(super) async fn begun(&self, number: u64) -> SessionKey {
        let session = session_of(CELL, number, None).session;
        let key = session.key.clone();
        assert_eq!(self.elsewhere.create(Create { session }).await.unwrap(), CreateOutcome::Done);
        self.tell().await;
        key
    }

    /// Another node edits the session's data. Not told.
    pub(super) async fn edit_elsewhere(&self, key: &SessionKey) {
        let there = self.elsewhere.load(key).await.unwrap().unwrap().session;
        let commit = commit(&there);
        assert_eq!(self.elsewhere.commit(commit).await.unwrap(), WriteOutcome::Done);
    }

    /// The feed tells how far the log of the tests' cell has grown.
    pub(super) async fn tell(&self) {
        let head = self.elsewhere.heads().await.unwrap().of(CELL);
        self.hand.say(FeedNews::Changed(CELL, head));
        settle().await;
    }
}

pub(super) fn commit(session: &StoredSession) -> Commit {
    Commit {
        key: session.key.clone(),
        seen: session.data_write,
        privilege: session.privilege,
        write: WriteId::generate(),
        data: Arc::from([1; 40]),
        at: Timestamp::from_millis(2),
    }
}

pub(super) fn end(key: &SessionKey) -> End {
    end_of(Target::One(key.clone(), Condition::Always))
}

pub(super) fn end_of(target: Target) -> End {
    End { target, ending: Ending::new(EndReason::Revoked, Actor::Person, Timestamp::from_millis(3)) }
}

pub(super) fn ann() -> AccountKey {
    AccountKey { realm: RealmName::default(), id: AccountId::new("ann").unwrap(), cell: CELL }
}

/// Everybody else gets their turn until nobody has anything left to do: all of it happens on one thread.
pub(super) async fn settle() {
    for _ in 0..64 {
        yield_now().await;
    }
}

/// Works the feeds of a store.
#[derive(Clone, Default)]
pub(super) struct Hand(Arc<Mutex<Hands>>);

#[derive(Default)]
struct Hands {
    feed: Option<mpsc::UnboundedSender<Option<FeedNews>>>,
    opened: usize,
    sent: VecDeque<Probe>,
    probes: usize,
    unreadable: Option<StoreError>,
}

impl Hand {
    pub(super) fn say(&self, news: FeedNews) {
        self.send(Some(news));
    }

    /// The next news is an error.
    pub(super) fn fail(&self) {
        self.send(None);
    }

    pub(super) fn return_probes(&self) {
        let sent = std::mem::take(&mut self.hands().sent);
        for probe in sent {
            self.say(FeedNews::Returned(probe));
        }
    }

    /// The next page of the log is answered so.
    pub(super) fn fail_changes(&self, error: StoreError) {
        self.hands().unreadable = Some(error);
    }

    pub(super) fn probes(&self) -> usize {
        self.hands().probes
    }

    pub(super) fn opened(&self) -> usize {
        self.hands().opened
    }

    /// Does anybody listen to the last feed?
    pub(super) fn is_heard(&self) -> bool {
        self.hands().feed.as_ref().is_some_and(|feed| !feed.is_closed())
    }

    fn send(&self, news: Option<FeedNews>) {
        // Nobody listens once a test has dropped the cache or lost the feed.
        let _ = self.hands().feed.as_ref().expect("a feed is open").send(news);
    }

    fn hands(&self) -> std::sync::MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct HandFed {
    store: Arc<dyn Store>,
    hand: Hand,
}

impl HandFed {
    #[allow(clippy::unused_self, reason = "what the macro calls")]
    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }
}

impl Store for HandFed {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>> {
        Box::pin(async move {
            let (feed, news) = mpsc::unbounded_channel();
            let mut hands = self.hand.hands();
            hands.feed = Some(feed);
            hands.opened += 1;
            hands.sent.clear();
            Ok(Box::new(FedByHand { hand: self.hand.clone(), news }) as Box<dyn Feed>)
        })
    }

    fn changes(&self, cell: Cell, after: u64, limit: usize) -> StoreFuture<'_, ChangesPage> {
        if let Some(error) = self.hand.hands().unreadable.take() {
            return Box::pin(async move { Err(error) });
        }
        self.store.changes(cell, after, limit)
    }

    forward_store!(load load_many list scan heads changed stats control export);
    forward_store!(create commit renew touch admit end account sweep put_control import);
}

struct FedByHand {
    hand: Hand,
    news: mpsc::UnboundedReceiver<Option<FeedNews>>,
}

impl Feed for FedByHand {
    fn probe(&mut self) -> StoreFuture<'_, Probe> {
        Box::pin(async move {
            let mut hands = self.hand.hands();
            hands.probes += 1;
            let probe = Probe::new(hands.probes as u64);
            hands.sent.push_back(probe);
            Ok(probe)
        })
    }

    fn next(&mut self) -> StoreFuture<'_, FeedNews> {
        Box::pin(async move {
            self.news.recv().await.flatten().ok_or_else(|| StoreError::unavailable("the feed broke"))
        })
    }
}

#[test]
fn without_a_runtime_nothing_is_vouched_for_and_loads_pass_through() {
    let rig = Rig::new();
    let key = session_of(CELL, 1, None).session.key;
    assert!(rig.recall(&key).is_none());
    let loaded = futures_util::FutureExt::now_or_never(rig.cache.load(&key));
    assert!(loaded.expect("a memory store answers at once").unwrap().is_none());
    let metrics = rig.cache.metrics();
    assert_eq!((metrics.feed_age, metrics.entries, metrics.misses), (None, 0, 1));
}

#[tokio::test]
async fn a_dropped_cache_is_followed_no_longer() {
    let rig = Rig::proven().await;
    assert!(rig.hand.is_heard());
    let Rig { cache, hand, clock, .. } = rig;
    drop(cache);
    settle().await;
    assert!(!hand.is_heard());
    drop(clock);
}

/// An application may have several runtimes, and the one that the first question came from may end.
#[test]
fn a_follower_that_ended_with_its_runtime_is_followed_by_another() {
    let rig = Rig::new();
    let run = |work: &dyn Fn(&Rig)| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            rig.recall(&session_of(CELL, 1, None).session.key);
            rig.prove().await;
            rig.cached(u64::from(rig.hand.opened() == 1)).await;
            work(&rig);
        });
    };
    run(&|rig| assert_eq!(rig.hand.opened(), 1));
    let metrics = rig.cache.metrics();
    assert_eq!((metrics.feed_age, metrics.entries), (None, 0), "nobody follows now");
    run(&|rig| assert_eq!(rig.hand.opened(), 2));
}
