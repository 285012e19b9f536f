//! A disk whose syncs wait for the test, and a store on it.

use std::{
    io,
    sync::{Arc, Condvar, Mutex},
};

use handstamp::{
    Activity, RealmKey, Sessions, Verdict,
    store::EmbeddedStore,
    testing::{Disk, FakeClock, FaultyDisk, SignedInClient},
};
use tokio::task::yield_now;

/// A disk that holds its syncs back while it is told to.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeldDisk {
    pub(crate) disk: FaultyDisk,
    gate: Arc<(Mutex<Gate>, Condvar)>,
}

#[derive(Debug, Default)]
struct Gate {
    held: bool,
    waiting: bool,
}

impl HeldDisk {
    /// From now on a sync waits.
    pub(crate) fn hold(&self) {
        self.gate.0.lock().unwrap().held = true;
    }

    /// Blocks until a sync waits: the group has been applied and is not on disk.
    pub(crate) fn reached(&self) {
        let gate = self.gate.0.lock().unwrap();
        drop(self.gate.1.wait_while(gate, |gate| !gate.waiting).unwrap());
    }

    pub(crate) fn release(&self) {
        *self.gate.0.lock().unwrap() = Gate::default();
        self.gate.1.notify_all();
    }
}

impl Disk for HeldDisk {
    fn len(&self) -> io::Result<u64> {
        self.disk.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.disk.read(offset, out)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.disk.write(offset, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        let mut gate = self.gate.0.lock().unwrap();
        if gate.held {
            gate.waiting = true;
            self.gate.1.notify_all();
            drop(self.gate.1.wait_while(gate, |gate| gate.held).unwrap());
        }
        self.disk.sync()
    }
}

pub(crate) struct Bench {
    pub(crate) disk: HeldDisk,
    pub(crate) store: EmbeddedStore,
    pub(crate) sessions: Sessions,
    pub(crate) clock: FakeClock,
}

pub(crate) fn bench() -> Bench {
    let (disk, clock) = (HeldDisk::default(), FakeClock::new());
    let store = EmbeddedStore::options().open_on(disk.clone()).unwrap();
    let sessions = on(&store, &clock);
    Bench { disk, store, sessions, clock }
}

/// Sessions on a store, without a cache that would answer in its place.
pub(crate) fn on(store: &EmbeddedStore, clock: &FakeClock) -> Sessions {
    let builder = Sessions::builder(store.clone()).key(RealmKey::generate()).without_near_cache();
    builder.clock(clock.clone()).build().unwrap()
}

pub(crate) async fn verdict(sessions: &Sessions, client: &SignedInClient) -> Verdict {
    sessions.resume(client.token.expose().as_bytes(), Activity::Watch).await
}

/// Lets every task of this thread come as far as it can.
pub(crate) async fn others_come_as_far_as_they_can() {
    for _ in 0..100 {
        yield_now().await;
    }
}
