//! The embedded store: sessions in one file, durable without set-up.
//!
//! redb keeps the pages; on top of it one thread commits in groups, and nobody is answered before the
//! sync. Reading goes beside it, on the last commit. `docs/design.md` section 12 says why it is built
//! so, `docs/formats.md` what lies in the file, `docs/operations.md` how to back it up.

mod check;
mod committer;
#[cfg(feature = "testing")]
mod disk;
mod edit;
mod error;
mod fault;
mod group;
mod in_flight;
mod job;
mod offline;
mod open;
mod options;
mod restored;
mod row;
mod schema;
mod shared;
mod space;
mod tables;
mod uses;
mod view;
mod witness;

pub use check::CheckReport;
#[cfg(feature = "testing")]
pub use disk::Disk;
pub use error::OpenError;
pub use offline::{Compacted, Restored, StoreInfo};
pub use options::{AfterRestore, EmbeddedOptions};

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc::Sender},
    thread::JoinHandle,
};

use self::{
    committer::Message,
    group::Group,
    job::{Operation, Queue},
    shared::{Reading, Shared},
};
use super::{
    AccountChange, AccountOutcome, AccountWork, Admission, Admit, ChangesPage, Commit, ControlBlob,
    ControlOutcome, Create, CreateOutcome, Durability, End, EndOutcome, ExportCursor, ExportPage, Feed,
    Heads, Imported, List, ListPage, Loaded, Renew, Row, Scan, ScanPage, SessionKey, Stats, Store,
    StoreError, StoreFuture, Sweep, Swept, Touch, WriteOutcome,
    local::{self, LocalFeed},
};
use crate::{id::Cell, time::Timestamp};

/// How many sessions one group sweeps at most, so that nobody who signs in waits long for it.
const SWEPT: usize = 100;
/// How many log entries are forgotten at once.
const TRIMMED: usize = 500;

/// Sessions in one file on this machine's disk. Cheap to clone; clones share the file. When the last
/// one is dropped, what is waiting is written and the file is let go.
#[derive(Clone)]
pub struct EmbeddedStore {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    messages: Sender<Message>,
    queue: Queue,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl EmbeddedStore {
    /// Opens the store in `folder`, which is made if it is not there. The same as
    /// `EmbeddedStore::options().open(folder)`.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::options().open(folder)
    }

    /// The default choices, to be changed before opening.
    pub fn options() -> EmbeddedOptions {
        EmbeddedOptions::default()
    }

    fn new(shared: Arc<Shared>, messages: Sender<Message>, writer: io::Result<JoinHandle<()>>) -> Self {
        if let Err(error) = &writer {
            shared.fail(&StoreError::unavailable(format!("no thread could be started: {error}")));
        }
        let writer = Mutex::new(writer.ok());
        Self { handle: Arc::new(Handle { shared, messages, queue: Queue::default(), writer }) }
    }

    fn shared(&self) -> &Shared {
        &self.handle.shared
    }

    /// Reads beside the committing thread. The pages that are asked for often lie in memory; one that
    /// does not costs one read of the disk.
    fn read<'a, T: 'a>(
        &'a self,
        read: impl FnOnce(&Reading<'_>) -> Result<T, StoreError> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move { self.shared().reading(read) })
    }

    /// Hands an operation to the committing thread; ends when it is on disk.
    async fn write<T: Send + 'static>(
        &self,
        operation: impl FnMut(&mut Group<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = self.shared();
        let Some(place) = self.handle.queue.enter() else {
            return Err(shared.named(StoreError::unavailable("too many writes wait for the disk")));
        };
        let (job, answer) = Operation::new(operation, place);
        self.handle.messages.send(Message::Job(Box::new(job))).map_err(|_| shared.closed())?;
        answer.await.map_err(|_| shared.closed())?.map_err(|error| shared.named(error))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // The thread has ended already if nobody hears this.
        let _ = self.messages.send(Message::Close);
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the committing thread has panicked; nothing acknowledged is lost");
        }
    }
}

impl std::fmt::Debug for EmbeddedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedStore").field("place", &self.shared().place).finish_non_exhaustive()
    }
}

impl Store for EmbeddedStore {
    fn durability(&self) -> Durability {
        Durability::OnDisk
    }

    fn latest(&self) -> Option<Timestamp> {
        let latest = self.shared().latest();
        (latest > Timestamp::default()).then_some(latest)
    }

    fn create(&self, create: Create) -> StoreFuture<'_, CreateOutcome> {
        let Create { session } = create;
        let cell = session.key.cell();
        Box::pin(self.write(move |group| local::create(&mut group.edit(cell), session.clone())))
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        Box::pin(self.load_settled(key))
    }

    fn load_many<'a>(&'a self, keys: &'a [SessionKey]) -> StoreFuture<'a, Vec<Option<Loaded>>> {
        Box::pin(async move {
            let mut loaded = Vec::with_capacity(keys.len());
            for key in keys {
                loaded.push(self.load_settled(key).await?);
            }
            Ok(loaded)
        })
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        Box::pin(self.write(move |group| local::commit(&mut group.edit(commit.key.cell()), commit.clone())))
    }

    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        Box::pin(self.write(move |group| local::renew(&mut group.edit(renew.key.cell()), renew.clone())))
    }

    /// Answers at once; on disk with the next group, within a second.
    fn touch<'a>(&'a self, touches: &'a [Touch]) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let shared = self.shared();
            if let Some(failure) = shared.failure() {
                return Err(failure);
            }
            if shared.uses.note(touches) {
                self.handle.messages.send(Message::Uses).map_err(|_| shared.closed())?;
            }
            Ok(())
        })
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        let cell = admit.session.key.cell();
        Box::pin(self.write(move |group| local::admit(&mut group.edit(cell), admit.clone())))
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        let cell = end.target.cell();
        Box::pin(self.write(move |group| local::end(&mut group.edit(cell), end.clone())))
    }

    fn account(&self, change: AccountChange) -> StoreFuture<'_, AccountOutcome> {
        if matches!(change.work, AccountWork::Read) {
            return self.read(move |reading| {
                let state = local::account_state(
                    &reading.cell(change.account.cell),
                    &change.account.realm,
                    &change.account.id,
                )?;
                Ok(AccountOutcome::Done { state, ended: Vec::new() })
            });
        }
        let cell = change.account.cell;
        Box::pin(self.write(move |group| local::account(&mut group.edit(cell), &change)))
    }

    fn list(&self, list: List) -> StoreFuture<'_, ListPage> {
        self.read(move |reading| local::list(&reading.cell(list.account.cell), &list))
    }

    fn scan(&self, scan: Scan) -> StoreFuture<'_, ScanPage> {
        self.read(move |reading| {
            let (cell, after) = local::place(scan.from);
            let stretch = local::scan(&reading.cell(cell), scan.filter, after.as_ref(), scan.limit)?;
            Ok(ScanPage { sessions: stretch.sessions, next: local::following(cell, stretch.next) })
        })
    }

    fn sweep(&self, sweep: Sweep) -> StoreFuture<'_, Swept> {
        Box::pin(self.sweep_piece(sweep))
    }

    fn changes(&self, cell: Cell, after: u64, limit: usize) -> StoreFuture<'_, ChangesPage> {
        self.read(move |reading| local::changes(&reading.cell(cell), after, limit))
    }

    fn heads(&self) -> StoreFuture<'_, Heads> {
        Box::pin(async move { Ok(self.shared().heads.now()) })
    }

    fn changed(&self, cell: Cell, after: u64) -> StoreFuture<'_, u64> {
        self.shared().heads.beyond(cell, after)
    }

    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>> {
        Box::pin(
            async move { Ok(Box::new(LocalFeed::new(self.handle.shared.heads.clone())) as Box<dyn Feed>) },
        )
    }

    fn stats(&self) -> StoreFuture<'_, Stats> {
        self.read(|reading| {
            let mut stats =
                Stats { live: 0, ended: 0, accounts: 0, entries: 0, durability: Durability::OnDisk };
            for cell in Cell::all() {
                let row = reading.cell(cell).cell_row()?;
                stats.live += row.live;
                stats.ended += row.ended;
                stats.accounts += row.accounts;
                stats.entries += row.entries;
            }
            Ok(stats)
        })
    }

    fn control<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<ControlBlob>> {
        self.read(move |reading| reading.control(name))
    }

    fn put_control<'a>(
        &'a self,
        name: &'a str,
        seen: Option<u64>,
        bytes: Vec<u8>,
    ) -> StoreFuture<'a, ControlOutcome> {
        let name = name.to_owned();
        Box::pin(self.write(move |group| group.put_control(&name, seen, &bytes)))
    }

    fn export(&self, from: Option<ExportCursor>, limit: usize) -> StoreFuture<'_, ExportPage> {
        self.read(move |reading| match from.unwrap_or(ExportCursor::Control) {
            ExportCursor::Control => reading.export_control(),
            ExportCursor::States(cell, after) => {
                local::states_page(&reading.cell(cell), after.as_ref(), limit)
            }
            ExportCursor::Sessions(cell, after) => {
                local::sessions_page(&reading.cell(cell), after.as_ref(), limit)
            }
        })
    }

    fn import(&self, rows: Vec<Row>) -> StoreFuture<'_, Imported> {
        Box::pin(self.write(move |group| group.import(&rows)))
    }
}

impl EmbeddedStore {
    /// What is committed; for a session whose end is on its way, once it is.
    async fn load_settled(&self, key: &SessionKey) -> Result<Option<Loaded>, StoreError> {
        let shared = self.shared();
        while shared.in_flight.holds(key) {
            let mut settled = shared.in_flight.settled();
            if let Some(failure) = shared.failure() {
                return Err(failure);
            }
            if shared.in_flight.holds(key) {
                settled.changed().await.map_err(|_| shared.closed())?;
            }
        }
        // The view is taken after that: whatever has landed is in it.
        shared.reading(|reading| local::load(&reading.cell(key.cell()), key))
    }

    /// Looks beside the committing thread and hands it only what has something to do, a little at a
    /// time.
    async fn sweep_piece(&self, sweep: Sweep) -> Result<Swept, StoreError> {
        let (cell, after) = local::place(sweep.from.clone());
        let look =
            self.shared().reading(|reading| local::look(&reading.cell(cell), &sweep, after.as_ref()))?;
        let mut swept = Swept { seen: look.seen, ..Swept::default() };
        for keys in look.keys.chunks(SWEPT) {
            let (sweep, keys) = (sweep.clone(), keys.to_vec());
            let piece = self.write(move |group| local::sweep(&mut group.edit(cell), &sweep, &keys)).await?;
            swept.ended.extend(piece.ended);
            swept.forgotten += piece.forgotten;
            swept.unfinished.extend(piece.unfinished);
            swept.unsettled.extend(piece.unsettled);
        }
        if look.next.is_none() {
            self.trim_log(cell, sweep.at).await?;
        }
        swept.next = local::following(cell, look.next);
        Ok(swept)
    }

    /// Forgets the entries of a cell that have been kept long enough.
    async fn trim_log(&self, cell: Cell, at: Timestamp) -> Result<(), StoreError> {
        let cutoff = at.saturating_sub(self.shared().log_retention);
        loop {
            let old = self.shared().reading(|reading| reading.first_entry_is_older(cell, cutoff))?;
            if !old {
                return Ok(());
            }
            self.write(move |group| group.edit(cell).trim_log(cutoff, TRIMMED)).await?;
        }
    }
}
