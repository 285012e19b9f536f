//! Looking after a store while no program uses it: what `handstamp store` does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    AfterRestore, EmbeddedOptions, EmbeddedStore, OpenError,
    check::{self, CheckReport},
    fault::guarded,
    open::{self, Opened},
    row::CellRow,
    space,
    uses::Uses,
    view::View,
    witness::{Testimony, Witness},
};
use crate::{
    id::Cell,
    store::{Durability, Incarnation, Stats, StoreError, local::Rows},
    time::{Clock, SystemClock, Timestamp},
};

/// What a store's file says of itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The file.
    pub file: PathBuf,
    /// Its size in bytes.
    pub file_bytes: u64,
    /// How many bytes are free on its disk, if that can be told.
    pub free_bytes: Option<u64>,
    /// The version of its layout.
    pub schema: u64,
    /// Its life: a restore begins a new one.
    pub incarnation: Incarnation,
    /// How much is in it.
    pub stats: Stats,
    /// The time of the oldest entry of its log.
    pub oldest_entry: Option<Timestamp>,
    /// The time of the newest entry of its log.
    pub newest_entry: Option<Timestamp>,
    /// The latest time that is written in it.
    pub last_write: Option<Timestamp>,
    /// Why it is taken for one that was put back from a backup or moved, if it is: a program that opens
    /// it ends its sessions unless told otherwise.
    pub restored: Option<&'static str>,
}

/// What a compaction has done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compacted {
    /// The file.
    pub file: PathBuf,
    /// Its size before, in bytes.
    pub before_bytes: u64,
    /// Its size after.
    pub after_bytes: u64,
}

/// What was done to a restored store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// Its life before.
    pub before: Incarnation,
    /// Its new life.
    pub incarnation: Incarnation,
    /// How many sessions were live before.
    pub live: u64,
    /// Have they ended?
    pub sessions_ended: bool,
}

/// Work on a store that is there and that no process holds.
impl EmbeddedStore {
    /// What is in the store of a folder. Decides nothing about a restored one.
    pub fn inspect(folder: impl AsRef<Path>) -> Result<StoreInfo, OpenError> {
        Self::options().inspect(folder)
    }

    /// Looks through every page and row of the file for damage. `progress` hears how many rows of how
    /// many are done. Mends nothing that the engine does not mend by opening the file.
    pub fn check(
        folder: impl AsRef<Path>,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<CheckReport, OpenError> {
        let folder = folder.as_ref();
        let file = open::file_of(folder);
        let (mut database, _) = open::database(folder, false, &Self::options())?;
        open::known(&database, folder)?;
        let sound = open::with_panics_told(&file, || database.check_integrity())?;
        let opened = Opened::new(database, folder)?;
        let now = SystemClock::new().now();
        let mut report = check::look_through(&opened.snapshot, file, now, &mut progress);
        if !sound {
            report.problem("pages were not as they were written; the engine has put them right".to_owned());
        }
        Ok(report)
    }

    /// Moves what is in the file together and gives the rest of its room back to the disk.
    ///
    /// An interruption loses nothing; the file then takes longer to open, once.
    pub fn compact(folder: impl AsRef<Path>) -> Result<Compacted, OpenError> {
        let folder = folder.as_ref();
        let file = open::file_of(folder);
        let before_bytes = size_of(&file);
        let (mut database, _) = open::database(folder, false, &Self::options())?;
        open::known(&database, folder)?;
        guarded(|| database.compact().map_err(|error| StoreError::unavailable(error.to_string())))
            .map_err(|error| corrupt(&file, &error))?;
        drop(database);
        Ok(Compacted { before_bytes: before_bytes?, after_bytes: size_of(&file)?, file })
    }

    /// Says that the file was put back from a backup, copied or moved: gives it a new incarnation, and
    /// ends its sessions unless they are to be kept (promise 1). A program that opens a file that is
    /// older than it has been does the same; here it is decided before that.
    pub fn restored(folder: impl AsRef<Path>, choice: AfterRestore) -> Result<Restored, OpenError> {
        let folder = folder.as_ref();
        let (database, inode) = open::database(folder, false, &Self::options())?;
        let mut opened = Opened::new(database, folder)?;
        let before = opened.schema.incarnation;
        let live = opened.cells.iter().map(|cell| cell.live).sum();
        opened.restored(choice, folder)?;
        let incarnation = opened.schema.incarnation;
        let witness = Witness::new(incarnation, opened.written(), inode);
        witness.write(folder).map_err(|error| OpenError::Io { path: folder.to_owned(), error })?;
        Ok(Restored { before, incarnation, live, sessions_ended: choice == AfterRestore::EndSessions })
    }
}

impl EmbeddedOptions {
    /// What is in the store of a folder; the same as [`EmbeddedStore::inspect`] with these options.
    pub fn inspect(&self, folder: impl AsRef<Path>) -> Result<StoreInfo, OpenError> {
        let folder = folder.as_ref();
        let file = open::file_of(folder);
        // Before it is opened: an open file has room for what may come.
        let file_bytes = size_of(&file);
        let (database, inode) = open::database(folder, false, self)?;
        let opened = Opened::new(database, folder)?;
        let testimony = Witness::read(folder)
            .map(|witness| witness.testify(opened.schema.incarnation, opened.written(), inode));
        let (oldest_entry, newest_entry) = span_of_log(&opened).map_err(|error| corrupt(&file, &error))?;
        let sum = |count: fn(&CellRow) -> u64| opened.cells.iter().map(count).sum();
        let latest = opened.latest();
        Ok(StoreInfo {
            file_bytes: file_bytes?,
            file,
            free_bytes: space::free_bytes(folder),
            schema: opened.schema.version,
            incarnation: opened.schema.incarnation,
            stats: Stats {
                live: sum(|cell| cell.live),
                ended: sum(|cell| cell.ended),
                accounts: sum(|cell| cell.accounts),
                entries: sum(|cell| cell.entries),
                durability: Durability::OnDisk,
            },
            oldest_entry,
            newest_entry,
            last_write: (latest > Timestamp::default()).then_some(latest),
            restored: match testimony {
                Some(Testimony::Same) => None,
                Some(Testimony::Restored(why)) => Some(why),
                None => Some(open::NO_WITNESS),
            },
        })
    }
}

/// The times of the oldest and the newest entry of all cells.
fn span_of_log(opened: &Opened) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
    let uses = Uses::default();
    let (mut oldest, mut newest) = (None, None);
    for (cell, row) in Cell::all().zip(&opened.cells).filter(|(_, row)| row.entries > 0) {
        let view = View { tables: &opened.snapshot, uses: &uses, cell };
        let at = |position: u64| {
            let entries = guarded(|| view.entries(position.saturating_sub(1), 1))?;
            Ok::<_, StoreError>(entries.first().map(|entry| entry.at))
        };
        oldest = [oldest, at(row.meta.first)?].into_iter().flatten().min();
        newest = newest.max(at(row.meta.written)?);
    }
    Ok((oldest, newest))
}

fn corrupt(file: &Path, error: &StoreError) -> OpenError {
    OpenError::Corrupt { file: file.to_owned(), why: error.to_string() }
}

fn size_of(file: &Path) -> Result<u64, OpenError> {
    let metadata = fs::metadata(file);
    metadata.map(|file| file.len()).map_err(|error| OpenError::Io { path: file.to_owned(), error })
}
