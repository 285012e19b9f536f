//! The control: the same bytes into the same tables in the same group commit, and nothing else.
//!
//! One thread takes what has arrived while the last commit was under way, as the embedded store's does.
//! An account's row is written once, as there. It checks nothing, reads nothing, knows no session. What is slower than this is the engine's share.

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread::JoinHandle,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, anyhow};
use redb::{Database, Durability, ReadableDatabase, ReadableTable, Table, TableDefinition, WriteTransaction};
use tokio::sync::oneshot;

type Bytes = &'static [u8];

const SESSIONS: &str = "sessions";
const ACCOUNTS: &str = "accounts";
const CELLS: &str = "cells";
const LOG: &str = "log";
/// In the order in which the store opens them.
const TABLES: [&str; 7] = [SESSIONS, "uses", ACCOUNTS, "realms", CELLS, LOG, "control"];
/// How many writes share a commit at most, and the page cache: as in the embedded store.
const GROUP: usize = 1024;
const CACHE: usize = 64 << 20;

/// How many bytes the rows of one sign-in take in the file of a real store.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub session: usize,
    pub account: usize,
    pub cell: usize,
    pub entry: usize,
}

impl Shape {
    /// Reads it from a store that nobody has open.
    pub fn of(folder: &Path) -> Result<Self> {
        let database = Database::open(folder.join("sessions.redb"))?;
        let transaction = database.begin_read()?;
        let middle = |name| -> Result<usize> {
            let table = transaction.open_table(definition(name))?;
            let mut lengths = Vec::new();
            for pair in table.iter()? {
                let (_, value) = pair?;
                // An index entry is a key and nothing else.
                if !value.value().is_empty() {
                    lengths.push(value.value().len());
                }
            }
            lengths.sort_unstable();
            lengths.get(lengths.len() / 2).copied().with_context(|| format!("the table {name} is empty"))
        };
        Ok(Self {
            session: middle(SESSIONS)?,
            account: middle(ACCOUNTS)?,
            cell: middle(CELLS)?,
            entry: middle(LOG)?,
        })
    }
}

fn definition(name: &str) -> TableDefinition<'_, Bytes, Bytes> {
    TableDefinition::new(name)
}

pub struct Control {
    writes: Option<Sender<Write>>,
    thread: Option<JoinHandle<Result<()>>>,
    known: Mutex<HashSet<u64>>,
    shape: Shape,
}

/// The rows of one sign-in.
struct Write {
    cell: u8,
    session: [u8; 16],
    account: String,
    /// Has nobody signed in to the account before?
    is_new: bool,
    rows: Rows,
    done: oneshot::Sender<()>,
}

struct Rows {
    session: Vec<u8>,
    account: Vec<u8>,
    cell: Vec<u8>,
    entry: Vec<u8>,
}

impl Control {
    pub fn open(folder: &Path, shape: Shape) -> Result<Self> {
        let database = redb::Builder::new().set_cache_size(CACHE).create(folder.join("control.redb"))?;
        let (writes, inbox) = mpsc::channel();
        let thread = std::thread::spawn(move || run(&database, &inbox));
        Ok(Self { writes: Some(writes), thread: Some(thread), known: Mutex::default(), shape })
    }

    /// Writes what a sign-in of this account writes. Ends when it is on disk.
    pub async fn sign_in(&self, account: String, number: u64) -> Result<()> {
        let cell = cell_of(number);
        let (done, on_disk) = oneshot::channel();
        let filled = |length| vec![fastrand::u8(..); length];
        let rows = Rows {
            session: filled(self.shape.session),
            account: filled(self.shape.account),
            cell: filled(self.shape.cell),
            entry: filled(self.shape.entry),
        };
        let is_new = self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
        let write = Write { cell, session: session_id(cell)?, account, is_new, rows, done };
        let writes = self.writes.as_ref().context("the control is closed")?;
        writes.send(write).map_err(|_| anyhow!("the control has stopped"))?;
        on_disk.await.context("the control has stopped")
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // The thread ends when nobody is left who could send.
        self.writes = None;
        if let Some(Err(error)) = self.thread.take().and_then(|thread| thread.join().ok()) {
            eprintln!("the control has stopped: {error:#}");
        }
    }
}

/// Spread over the cells, as a keyed hash does it.
fn cell_of(number: u64) -> u8 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]
}

/// Cell, milliseconds, random: in order of time within the cell.
fn session_id(cell: u8) -> Result<[u8; 16]> {
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let mut id: [u8; 16] = fastrand::u128(..).to_be_bytes();
    id[0] = cell;
    id[1..7].copy_from_slice(&now.to_be_bytes()[2..]);
    Ok(id)
}

fn run(database: &Database, inbox: &Receiver<Write>) -> Result<()> {
    let mut positions = [0_u64; 256];
    while let Ok(first) = inbox.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = inbox.try_recv()
        {
            group.push(next);
        }
        let mut transaction = database.begin_write()?;
        transaction.set_quick_repair(true);
        transaction.set_durability(Durability::Immediate)?;
        write(&transaction, &group, &mut positions)?;
        transaction.commit()?;
        for write in group {
            // A client that has gone is told nothing.
            let _ = write.done.send(());
        }
    }
    Ok(())
}

fn write(transaction: &WriteTransaction, group: &[Write], positions: &mut [u64; 256]) -> Result<()> {
    let mut tables = TABLES.iter().map(|name| Ok(transaction.open_table(definition(name))?));
    let mut next = || -> Result<Table<'_, Bytes, Bytes>> { tables.next().context("seven tables")? };
    let (mut sessions, _uses, mut accounts, _realms) = (next()?, next()?, next()?, next()?);
    let (mut cells, mut log, _control) = (next()?, next()?, next()?);
    let mut written: [Option<&[u8]>; 256] = [None; 256];
    for Write { cell, session, account, is_new, rows, .. } in group {
        let realm = [&[*cell], b"default".as_slice(), &[0]].concat();
        let account = [&realm, account.as_bytes(), &[0]].concat();
        if *is_new {
            accounts.insert(account.as_slice(), rows.account.as_slice())?;
        }
        sessions.insert([realm.as_slice(), session].concat().as_slice(), rows.session.as_slice())?;
        accounts.insert([account.as_slice(), session].concat().as_slice(), [].as_slice())?;
        let position = &mut positions[usize::from(*cell)];
        *position += 1;
        log.insert([&[*cell], position.to_be_bytes().as_slice()].concat().as_slice(), rows.entry.as_slice())?;
        written[usize::from(*cell)] = Some(&rows.cell);
    }
    for (cell, row) in (0_u8..).zip(written) {
        if let Some(row) = row {
            cells.insert([cell].as_slice(), row)?;
        }
    }
    Ok(())
}
