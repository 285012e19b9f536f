//! The memory store: sessions live as long as the process.
//!
//! 256 cells, a lock each; an operation takes one lock once, so every one of them is atomic. No lock
//! is held across an await. For applications on one machine that may sign everybody out by
//! restarting, and for tests; it is also the shortest complete answer to the contract.

mod account;
mod admit;
mod cell;
mod feed;
mod sweep;
mod write;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use tokio::sync::watch;

use self::{cell::CellTable, feed::MemoryFeed};
use super::{
    AccountChange, AccountOutcome, Admission, Admit, ChangesPage, Commit, ControlBlob, ControlOutcome,
    Create, CreateOutcome, Durability, End, EndOutcome, Feed, Heads, Incarnation, List, ListPage, Loaded,
    Renew, Scan, ScanCursor, ScanPage, SessionKey, Stats, Store, StoreError, StoreFuture, Sweep, Swept,
    Target, Touch, WriteOutcome,
};
use crate::{
    id::Cell,
    random::random_bytes,
    sync::{Mutex, MutexGuard},
};

/// How many log entries a cell keeps, unless changed.
const ENTRIES_PER_CELL: usize = 4096;

/// A store in this process's memory. Cheap to clone; clones share their content.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

struct Shared {
    incarnation: Incarnation,
    cells: Vec<Place>,
    control: Mutex<HashMap<String, ControlBlob>>,
    /// Sent to with every change, so that feeds hear of it.
    changed: watch::Sender<u64>,
}

struct Place {
    table: Mutex<CellTable>,
    head: watch::Sender<u64>,
}

impl MemoryStore {
    /// An empty store that keeps the last 4,096 log entries of each of its 256 cells.
    pub fn new() -> Self {
        Self::keeping_entries(ENTRIES_PER_CELL)
    }

    /// An empty store that keeps this many log entries per cell.
    pub fn keeping_entries(per_cell: usize) -> Self {
        let place =
            |cell| Place { table: Mutex::new(CellTable::new(cell, per_cell)), head: watch::Sender::new(0) };
        Self {
            shared: Arc::new(Shared {
                incarnation: Incarnation::from_bytes(random_bytes()),
                cells: Cell::all().map(place).collect(),
                control: Mutex::new(HashMap::new()),
                changed: watch::Sender::new(0),
            }),
        }
    }

    fn place(&self, cell: Cell) -> &Place {
        &self.shared.cells[cell.index()]
    }

    /// Runs one operation on one cell under its lock and tells whoever waits if the log grew.
    fn in_cell<T>(&self, cell: Cell, operation: impl FnOnce(&mut CellTable) -> T) -> T {
        let place = self.place(cell);
        let mut table = lock(&place.table);
        let before = table.head();
        let result = operation(&mut table);
        let after = table.head();
        drop(table);
        if after > before {
            place.head.send_modify(|head| *head = after.max(*head));
            self.shared.changed.send_modify(|changes| *changes += 1);
        }
        result
    }

    /// One operation as a future that does nothing before it is polled and all of it then.
    fn run<'a, T: 'a>(&'a self, operation: impl FnOnce(&Self) -> T + Send + 'a) -> StoreFuture<'a, T> {
        Box::pin(async move { Ok(operation(self)) })
    }

    fn heads_now(&self) -> Heads {
        let positions = self.shared.cells.iter().map(|place| lock(&place.table).head()).collect();
        Heads { incarnation: self.shared.incarnation, positions }
    }
}

/// A panic while a lock was held leaves a table that is still whole: every operation checks first
/// and then changes without anything that can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    fn durability(&self) -> Durability {
        Durability::Memory
    }

    fn create(&self, create: Create) -> StoreFuture<'_, CreateOutcome> {
        self.run(|store| store.in_cell(create.session.key.cell(), |cell| cell.create(create.session)))
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        self.run(|store| store.in_cell(key.cell(), |cell| cell.load(key)))
    }

    fn load_many<'a>(&'a self, keys: &'a [SessionKey]) -> StoreFuture<'a, Vec<Option<Loaded>>> {
        self.run(|store| keys.iter().map(|key| store.in_cell(key.cell(), |cell| cell.load(key))).collect())
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        self.run(|store| store.in_cell(commit.key.cell(), |cell| cell.commit(commit)))
    }

    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        self.run(|store| store.in_cell(renew.key.cell(), |cell| cell.renew(renew)))
    }

    fn touch<'a>(&'a self, touches: &'a [Touch]) -> StoreFuture<'a, ()> {
        self.run(move |store| {
            for touch in touches {
                store.in_cell(touch.key.cell(), |cell| cell.touch(touch));
            }
        })
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        self.run(|store| store.in_cell(admit.session.key.cell(), |cell| cell.admit(admit)))
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        let End { target, ending } = end;
        self.run(move |store| match target {
            Target::One(key, condition) => {
                store.in_cell(key.cell(), |cell| cell.end_one(&key, condition, &ending))
            }
            Target::Account(account) => store
                .in_cell(account.cell, |cell| EndOutcome::Ended(cell.end_account(&account, None, &ending))),
            Target::AllBut(account, kept) => store.in_cell(account.cell, |cell| {
                EndOutcome::Ended(cell.end_account(&account, Some(kept), &ending))
            }),
            Target::Cell(realm, cell) => store.in_cell(cell, |table| {
                table.end_realm(&realm, &ending);
                EndOutcome::Ended(Vec::new())
            }),
        })
    }

    fn account(&self, change: AccountChange) -> StoreFuture<'_, AccountOutcome> {
        self.run(move |store| store.in_cell(change.account.cell, |cell| cell.account(&change)))
    }

    fn list(&self, list: List) -> StoreFuture<'_, ListPage> {
        self.run(move |store| store.in_cell(list.account.cell, |cell| cell.list(&list)))
    }

    fn scan(&self, scan: Scan) -> StoreFuture<'_, ScanPage> {
        self.run(move |store| {
            let (cell, after) = cursor(scan.from);
            let (sessions, next) =
                store.in_cell(cell, |table| table.scan(scan.filter, after.as_ref(), scan.limit));
            ScanPage { sessions, next: following(cell, next) }
        })
    }

    fn sweep(&self, sweep: Sweep) -> StoreFuture<'_, Swept> {
        self.run(move |store| {
            let (cell, after) = cursor(sweep.from.clone());
            let (mut swept, next) = store.in_cell(cell, |table| table.sweep(&sweep, after.as_ref()));
            swept.next = following(cell, next);
            swept
        })
    }

    fn changes(&self, cell: Cell, after: u64, limit: usize) -> StoreFuture<'_, ChangesPage> {
        self.run(move |store| store.in_cell(cell, |table| table.changes(after, limit)))
    }

    fn heads(&self) -> StoreFuture<'_, Heads> {
        self.run(Self::heads_now)
    }

    fn changed(&self, cell: Cell, after: u64) -> StoreFuture<'_, u64> {
        let mut head = self.place(cell).head.subscribe();
        Box::pin(async move {
            let reached = head.wait_for(|head| *head > after).await.map(|head| *head);
            reached.map_err(|_| StoreError::unavailable("the memory store is gone"))
        })
    }

    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>> {
        self.run(|store| Box::new(MemoryFeed::new(store.clone())) as Box<dyn Feed>)
    }

    fn stats(&self) -> StoreFuture<'_, Stats> {
        self.run(|store| {
            let mut stats =
                Stats { live: 0, ended: 0, accounts: 0, entries: 0, durability: Durability::Memory };
            for place in &store.shared.cells {
                lock(&place.table).count(&mut stats);
            }
            stats
        })
    }

    fn control<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<ControlBlob>> {
        self.run(|store| lock(&store.shared.control).get(name).cloned())
    }

    fn put_control<'a>(
        &'a self,
        name: &'a str,
        seen: Option<u64>,
        bytes: Vec<u8>,
    ) -> StoreFuture<'a, ControlOutcome> {
        self.run(move |store| {
            let mut control = lock(&store.shared.control);
            let current = control.get(name);
            if current.map(|blob| blob.version) != seen {
                return ControlOutcome::Conflict(current.cloned());
            }
            let version = seen.unwrap_or(0) + 1;
            control.insert(name.to_owned(), ControlBlob { version, bytes });
            ControlOutcome::Done(version)
        })
    }
}

fn cursor(from: Option<ScanCursor>) -> (Cell, Option<SessionKey>) {
    from.map_or((Cell::new(0), None), |from| (from.cell, from.key))
}

/// Where to go on: within the cell, else in the next one, else nowhere.
fn following(cell: Cell, next: Option<SessionKey>) -> Option<ScanCursor> {
    match next {
        Some(key) => Some(ScanCursor { cell, key: Some(key) }),
        None => cell.number().checked_add(1).map(|number| ScanCursor { cell: Cell::new(number), key: None }),
    }
}
