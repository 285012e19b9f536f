//! The memory store: sessions live as long as the process.
//!
//! 256 cells, a lock each; an operation takes one lock once, so every one of them is atomic. No lock
//! is held across an await. For applications on one machine that may sign everybody out by
//! restarting, and for tests; it is also the shortest complete answer to the contract.

mod cell;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, PoisonError},
};

use self::cell::CellTable;
use super::{
    AccountChange, AccountOutcome, Admission, Admit, ChangesPage, Commit, ControlBlob, ControlOutcome,
    Create, CreateOutcome, Durability, End, EndOutcome, ExportCursor, ExportPage, Feed, Heads, Imported,
    Incarnation, List, ListPage, Loaded, Renew, Row, Scan, ScanPage, SessionKey, Stats, Store, StoreError,
    StoreFuture, Sweep, Swept, Touch, WriteOutcome,
    local::{self, LocalFeed, LocalHeads},
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
    cells: Vec<Mutex<CellTable>>,
    heads: Arc<LocalHeads>,
    control: Mutex<BTreeMap<String, ControlBlob>>,
}

impl MemoryStore {
    /// An empty store that keeps the last 4,096 log entries of each of its 256 cells.
    pub fn new() -> Self {
        Self::keeping_entries(ENTRIES_PER_CELL)
    }

    /// An empty store that keeps this many log entries per cell.
    pub fn keeping_entries(per_cell: usize) -> Self {
        let incarnation = Incarnation::from_bytes(random_bytes());
        Self {
            shared: Arc::new(Shared {
                cells: Cell::all().map(|cell| Mutex::new(CellTable::new(cell, per_cell))).collect(),
                heads: Arc::new(LocalHeads::new(incarnation, Cell::all().map(|_| 0))),
                control: Mutex::new(BTreeMap::new()),
            }),
        }
    }

    /// A load without a future: under one lock held for a look-up, so never stale.
    pub(crate) fn recall(&self, key: &SessionKey) -> Option<Arc<Loaded>> {
        let loaded = local::load(&*lock(&self.shared.cells[key.cell().index()]), key);
        loaded.ok().flatten().map(Arc::new)
    }

    /// Runs one operation on one cell under its lock and tells whoever waits if the log grew.
    fn in_cell<T>(&self, cell: Cell, operation: impl FnOnce(&mut CellTable) -> T) -> T {
        let mut table = lock(&self.shared.cells[cell.index()]);
        let before = table.head();
        let result = operation(&mut table);
        let after = table.head();
        drop(table);
        if after > before {
            self.shared.heads.grow(cell, after);
        }
        result
    }

    /// One operation as a future that does nothing before it is polled and all of it then.
    fn run<'a, T: 'a>(
        &'a self,
        operation: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move { operation(self) })
    }

    fn export_control(&self) -> ExportPage {
        let control = lock(&self.shared.control);
        let row = |(name, blob): (&String, &ControlBlob)| Row::Control {
            name: name.clone(),
            bytes: blob.bytes.clone(),
        };
        let rows = control.iter().map(row).collect();
        ExportPage { rows, next: Some(ExportCursor::States(Cell::new(0), None)) }
    }

    fn import_row(&self, row: Row, imported: &mut Imported) -> Result<(), StoreError> {
        if let Some(cell) = local::cell_of(&row) {
            return self.in_cell(cell, |table| local::import(table, row, imported));
        }
        if let Row::Control { name, bytes } = row {
            let mut control = lock(&self.shared.control);
            match control.entry(name) {
                Entry::Occupied(_) => imported.there += 1,
                Entry::Vacant(free) => {
                    free.insert(ControlBlob { version: 1, bytes });
                    imported.stored += 1;
                }
            }
        }
        Ok(())
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
        let cell = create.session.key.cell();
        self.run(move |store| store.in_cell(cell, |table| local::create(table, create.session)))
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        self.run(move |store| store.in_cell(key.cell(), |table| local::load(table, key)))
    }

    fn load_many<'a>(&'a self, keys: &'a [SessionKey]) -> StoreFuture<'a, Vec<Option<Loaded>>> {
        self.run(move |store| {
            keys.iter().map(|key| store.in_cell(key.cell(), |table| local::load(table, key))).collect()
        })
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        self.run(move |store| store.in_cell(commit.key.cell(), |table| local::commit(table, commit)))
    }

    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        self.run(move |store| store.in_cell(renew.key.cell(), |table| local::renew(table, renew)))
    }

    fn touch<'a>(&'a self, touches: &'a [Touch]) -> StoreFuture<'a, ()> {
        self.run(move |store| {
            touches
                .iter()
                .try_for_each(|touch| store.in_cell(touch.key.cell(), |table| local::touch(table, touch)))
        })
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        let cell = admit.session.key.cell();
        self.run(move |store| store.in_cell(cell, |table| local::admit(table, admit)))
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        let cell = end.target.cell();
        self.run(move |store| store.in_cell(cell, |table| local::end(table, end)))
    }

    fn account(&self, change: AccountChange) -> StoreFuture<'_, AccountOutcome> {
        self.run(move |store| store.in_cell(change.account.cell, |table| local::account(table, &change)))
    }

    fn list(&self, list: List) -> StoreFuture<'_, ListPage> {
        self.run(move |store| store.in_cell(list.account.cell, |table| local::list(table, &list)))
    }

    fn scan(&self, scan: Scan) -> StoreFuture<'_, ScanPage> {
        self.run(move |store| {
            let (cell, after) = local::place(scan.from);
            let stretch =
                store.in_cell(cell, |table| local::scan(table, scan.filter, after.as_ref(), scan.limit))?;
            Ok(ScanPage { sessions: stretch.sessions, next: local::following(cell, stretch.next) })
        })
    }

    fn sweep(&self, sweep: Sweep) -> StoreFuture<'_, Swept> {
        self.run(move |store| {
            let (cell, after) = local::place(sweep.from.clone());
            store.in_cell(cell, |table| {
                let look = local::look(table, &sweep, after.as_ref())?;
                let swept = local::sweep(table, &sweep, &look.keys)?;
                Ok(Swept { seen: look.seen, next: local::following(cell, look.next), ..swept })
            })
        })
    }

    fn changes(&self, cell: Cell, after: u64, limit: usize) -> StoreFuture<'_, ChangesPage> {
        self.run(move |store| store.in_cell(cell, |table| local::changes(table, after, limit)))
    }

    fn heads(&self) -> StoreFuture<'_, Heads> {
        self.run(|store| Ok(store.shared.heads.now()))
    }

    fn changed(&self, cell: Cell, after: u64) -> StoreFuture<'_, u64> {
        self.shared.heads.beyond(cell, after)
    }

    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>> {
        self.run(|store| Ok(Box::new(LocalFeed::new(store.shared.heads.clone())) as Box<dyn Feed>))
    }

    fn stats(&self) -> StoreFuture<'_, Stats> {
        self.run(|store| {
            let mut stats =
                Stats { live: 0, ended: 0, accounts: 0, entries: 0, durability: Durability::Memory };
            for table in &store.shared.cells {
                lock(table).count(&mut stats);
            }
            Ok(stats)
        })
    }

    fn control<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<ControlBlob>> {
        self.run(move |store| Ok(lock(&store.shared.control).get(name).cloned()))
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
                return Ok(ControlOutcome::Conflict(current.cloned()));
            }
            let version = seen.unwrap_or(0) + 1;
            control.insert(name.to_owned(), ControlBlob { version, bytes });
            Ok(ControlOutcome::Done(version))
        })
    }

    fn export(&self, from: Option<ExportCursor>, limit: usize) -> StoreFuture<'_, ExportPage> {
        self.run(move |store| match from.unwrap_or(ExportCursor::Control) {
            ExportCursor::Control => Ok(store.export_control()),
            ExportCursor::States(cell, after) => {
                store.in_cell(cell, |table| local::states_page(table, after.as_ref(), limit))
            }
            ExportCursor::Sessions(cell, after) => {
                store.in_cell(cell, |table| local::sessions_page(table, after.as_ref(), limit))
            }
        })
    }

    fn import(&self, rows: Vec<Row>) -> StoreFuture<'_, Imported> {
        self.run(move |store| {
            let mut imported = Imported::default();
            for row in rows {
                store.import_row(row, &mut imported)?;
            }
            Ok(imported)
        })
    }
}
