//! Promise 2: no lost updates, and a retry never applies twice.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use handstamp::{
    Active, Activity, EditError, OnSignIn, Policy, Proof, RealmKey, Sessions, SlotValue, Verdict, WriteId,
    device::DeviceFacts,
    forward_store,
    store::{Commit, Durability, Store, StoreError, StoreFuture, WriteOutcome},
    testing::{FakeClock, GateStore, Operation, Side, StoreCall},
};
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

use super::kit::{Count, Dice, Faults, House, Jitter, new_account, sign_in, together};
use crate::{MakeStore, rounds};

macro_rules! shelves {
    ($($shelf:ident $name:literal)+) => {
        $(
            #[derive(Default, Serialize, Deserialize)]
            struct $shelf(Vec<usize>);

            impl SlotValue for $shelf {
                const NAME: &'static str = $name;
                const ON_SIGN_IN: OnSignIn = OnSignIn::Drop;
            }
        )+

        /// Puts a number onto one of the shelves.
        async fn put(sessions: &Sessions, active: &mut Active, shelf: usize, item: usize) -> Result<(), EditError> {
            let shelves = [$($name),+];
            match shelves[shelf % shelves.len()] {
                $($name => sessions.edit(active, |shelf: &mut $shelf| shelf.0.push(item)).await,)+
                other => panic!("there is no shelf {other}"),
            }
        }

        /// Everything on all shelves.
        fn items(active: &Active) -> Vec<usize> {
            let mut items = Vec::new();
            $(items.extend(active.read::<$shelf>().expect("a shelf").0);)+
            items.sort_unstable();
            items
        }
    };
}

shelves! { First "shelf-1" Second "shelf-2" Third "shelf-3" Fourth "shelf-4" }

/// What became of the edits of one session.
struct Counted {
    written: u64,
    untold: u64,
}

async fn count_up(house: &House, token: &str, writers: usize) -> Counted {
    let mut edits = Vec::new();
    for _ in 0..writers {
        let (sessions, mut active) = (house.sessions.clone(), house.active(token).await);
        edits.push(async move { sessions.edit(&mut active, |count: &mut Count| count.0 += 1).await });
    }
    let mut counted = Counted { written: 0, untold: 0 };
    for result in together(edits).await {
        match result {
            Ok(()) => counted.written += 1,
            Err(EditError::Store(_)) => counted.untold += 1,
            Err(other) => panic!("{other}"),
        }
    }
    counted
}

/// 32 writers of one number: all count.
pub async fn of_32_edits_of_one_slot_none_is_lost(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::racing(&make, round.into()).await;
        let client = house.begin().await;
        let counted = count_up(&house, &client.token, 32).await;
        assert_eq!((counted.written, counted.untold), (32, 0), "round {round}");
        let count: Count = house.active(&client.token).await.read().expect("the count");
        assert_eq!(count.0, 32, "round {round}");
    }
}

/// 32 writers of four slots: each of them is there, once.
pub async fn of_32_edits_of_different_slots_none_is_lost(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::racing(&make, round.into()).await;
        let client = house.sign_in(&new_account()).await;
        let mut edits = Vec::new();
        for item in 0..32 {
            let (sessions, mut active) = (house.sessions.clone(), house.active(&client.token).await);
            edits.push(async move { put(&sessions, &mut active, item, item).await });
        }
        for result in together(edits).await {
            result.expect("edit");
        }
        let there = items(&house.active(&client.token).await);
        assert_eq!(there, (0..32).collect::<Vec<_>>(), "round {round}");
    }
}

/// Writes fail at random, before the store and after it: what was acknowledged is there once, and what
/// was not is there at most once.
pub async fn random_faults_apply_nothing_twice(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::on(Jitter::new(make.make().await, round.into(), Faults::Writes), Policy::aal2());
        let client = loop {
            if let Ok(begun) = house.sessions.begin(DeviceFacts::default()).await {
                break begun;
            }
        };
        let counted = count_up(&house, client.token.expose(), 32).await;
        let count: Count = house.active(client.token.expose()).await.read().expect("the count");
        let most = counted.written + counted.untold;
        assert!(
            (counted.written..=most).contains(&count.0),
            "round {round}: {} of {} to {most}",
            count.0,
            counted.written
        );
    }
}

/// The first try of every commit is lost on its way, half of them after it was written. With few others
/// in between the engine can always tell, so all are counted exactly once.
pub async fn a_retry_after_a_lost_answer_counts_once(make: impl MakeStore) {
    for round in 0..rounds() {
        let house = House::on(LoseFirst::new(make.make().await, round.into()), Policy::aal2());
        let client = house.begin().await;
        let counted = count_up(&house, &client.token, 8).await;
        assert_eq!((counted.written, counted.untold), (8, 0), "round {round}");
        let count: Count = house.active(&client.token).await.read().expect("the count");
        assert_eq!(count.0, 8, "round {round}");
    }
}

/// The answer to an edit is lost, another edit is written on top, then the privilege rises: the retry
/// once said `Superseded`, "nothing was written", and the client that repeated it counted twice.
pub async fn an_edit_that_was_written_before_a_step_up_is_not_called_superseded(make: impl MakeStore) {
    let store = make.make().await;
    let gates = GateStore::new(LoseFirst::new(store.clone(), 1).always_after());
    let key = RealmKey::generate();
    let node = |store: Arc<dyn Store>| {
        let sessions =
            Sessions::builder(store).without_near_cache().key(key.clone()).clock(FakeClock::new()).build();
        sessions.expect("a valid policy")
    };
    let (slow, fast) = (node(Arc::new(gates.clone())), node(store));
    let client = sign_in(&fast, &new_account(), None).await.expect("sign in");
    let Verdict::Active(mut seen) = slow.resume(client.token.as_bytes(), Activity::Watch).await else {
        panic!("two nodes with one key know the same tokens")
    };
    let gate = gates.close(Operation::Commit, Side::Before);
    let editing = tokio::spawn(async move { slow.edit(&mut seen, |count: &mut Count| count.0 += 1).await });
    gate.arrived(1).await;
    gate.let_through(1);
    // The first try is written and its answer lost; the second stands at the gate.
    gate.arrived(2).await;
    let mut active = client.active;
    fast.edit(&mut active, |count: &mut Count| count.0 += 10).await.expect("edit");
    let session = active.signed_in().expect("it is signed in");
    let stepped_up = fast.step_up(session, Proof::passkey()).await.expect("step up");
    gate.open();
    editing.await.expect("no panic").expect("it was written, once");
    let token = stepped_up.token.expose().as_bytes();
    let Verdict::Active(now) = fast.resume(token, Activity::Watch).await else { panic!("it may in") };
    assert_eq!(now.read::<Count>().expect("the count").0, 11);
}

/// Loses each commit once: before the store, or after it.
struct LoseFirst {
    store: Arc<dyn Store>,
    seen: Mutex<HashSet<WriteId>>,
    dice: Dice,
    always_after: bool,
}

impl LoseFirst {
    fn new(store: Arc<dyn Store>, seed: u64) -> Self {
        Self { store, seen: Mutex::default(), dice: Dice::new(seed), always_after: false }
    }

    /// Every first try is written.
    fn always_after(mut self) -> Self {
        self.always_after = true;
        self
    }

    fn is_first(&self, write: WriteId) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(write)
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.store)
    }
}

impl Store for LoseFirst {
    fn durability(&self) -> Durability {
        self.store.durability()
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        Box::pin(async move {
            if !self.is_first(commit.write) {
                return self.store.commit(commit).await;
            }
            if self.always_after || self.dice.roll(2) == 0 {
                self.store.commit(commit).await?;
            }
            yield_now().await;
            Err(StoreError::unavailable("planned fault at the first try"))
        })
    }

    forward_store!(every read);
    forward_store!(create renew touch admit end account sweep put_control import);
}
