//! Handstamp's memory store, with each write counted.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use handstamp::{
    Cell,
    store::{
        AccountChange, AccountOutcome, Admission, Admit, ChangesPage, Commit, ControlBlob, ControlOutcome,
        Create, CreateOutcome, Durability, End, EndOutcome, Feed, Heads, List, ListPage, Loaded, MemoryStore,
        Renew, Scan, ScanPage, SessionKey, Stats, Store, StoreFuture, Sweep, Swept, Touch, WriteOutcome,
    },
};

/// Counts what would be writes on a disk or a network.
#[derive(Clone, Default)]
pub struct CountedStore {
    inner: MemoryStore,
    writes: Arc<AtomicU64>,
}

impl CountedStore {
    /// How many writes there were.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    fn count(&self) -> &MemoryStore {
        self.writes.fetch_add(1, Ordering::SeqCst);
        &self.inner
    }
}

impl Store for CountedStore {
    fn durability(&self) -> Durability {
        self.inner.durability()
    }

    fn create(&self, create: Create) -> StoreFuture<'_, CreateOutcome> {
        self.count().create(create)
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        self.count().commit(commit)
    }

    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        self.count().renew(renew)
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        self.count().admit(admit)
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        self.count().end(end)
    }

    fn account(&self, change: AccountChange) -> StoreFuture<'_, AccountOutcome> {
        self.count().account(change)
    }

    fn touch<'a>(&'a self, touches: &'a [Touch]) -> StoreFuture<'a, ()> {
        self.count().touch(touches)
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        self.inner.load(key)
    }

    fn load_many<'a>(&'a self, keys: &'a [SessionKey]) -> StoreFuture<'a, Vec<Option<Loaded>>> {
        self.inner.load_many(keys)
    }

    fn list(&self, list: List) -> StoreFuture<'_, ListPage> {
        self.inner.list(list)
    }

    fn scan(&self, scan: Scan) -> StoreFuture<'_, ScanPage> {
        self.inner.scan(scan)
    }

    fn sweep(&self, sweep: Sweep) -> StoreFuture<'_, Swept> {
        self.inner.sweep(sweep)
    }

    fn changes(&self, cell: Cell, after: u64, limit: usize) -> StoreFuture<'_, ChangesPage> {
        self.inner.changes(cell, after, limit)
    }

    fn heads(&self) -> StoreFuture<'_, Heads> {
        self.inner.heads()
    }

    fn changed(&self, cell: Cell, after: u64) -> StoreFuture<'_, u64> {
        self.inner.changed(cell, after)
    }

    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>> {
        self.inner.feed()
    }

    fn stats(&self) -> StoreFuture<'_, Stats> {
        self.inner.stats()
    }

    fn control<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<ControlBlob>> {
        self.inner.control(name)
    }

    fn put_control<'a>(
        &'a self,
        name: &'a str,
        seen: Option<u64>,
        bytes: Vec<u8>,
    ) -> StoreFuture<'a, ControlOutcome> {
        self.inner.put_control(name, seen, bytes)
    }
}
