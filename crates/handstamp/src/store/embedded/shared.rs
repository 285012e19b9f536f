//! What the handles of an open file and its committing thread share.

use std::{
    path::PathBuf,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redb::{Database, ReadOnlyTable, ReadableDatabase, ReadableTable};

use super::{
    fault::{guarded, storage},
    in_flight::InFlight,
    row::{self, CellRow},
    space::Space,
    tables::{Bytes, Snapshot},
    uses::Uses,
    view::{View, unreadable},
};
use crate::{
    encoding::Corrupt,
    id::Cell,
    store::{
        ControlBlob, ExportCursor, ExportPage, Row, StoreError,
        local::{LocalHeads, Rows},
    },
    time::Timestamp,
};

pub(super) struct Shared {
    pub(super) database: Database,
    /// The folder, for messages; what a message says of a store without one.
    pub(super) place: PathBuf,
    pub(super) heads: Arc<LocalHeads>,
    pub(super) uses: Uses,
    pub(super) in_flight: InFlight,
    pub(super) space: Space,
    pub(super) log_retention: Duration,
    snapshot: RwLock<Arc<Snapshot>>,
    failure: OnceLock<String>,
    latest: AtomicU64,
    commits: AtomicU64,
}

/// A view that owns what it looks at.
pub(super) struct Reading<'a> {
    snapshot: Arc<Snapshot>,
    uses: &'a Uses,
}

impl Reading<'_> {
    pub(super) fn cell(&self, cell: Cell) -> View<'_, ReadOnlyTable<Bytes, Bytes>> {
        View { tables: &self.snapshot, uses: self.uses, cell }
    }

    pub(super) fn control(&self, name: &str) -> Result<Option<ControlBlob>, StoreError> {
        match self.snapshot.control.get(name.as_bytes()).map_err(storage)? {
            Some(blob) => Ok(Some(row::decode_control(blob.value())?)),
            None => Ok(None),
        }
    }

    pub(super) fn export_control(&self) -> Result<ExportPage, StoreError> {
        let mut rows = Vec::new();
        for pair in self.snapshot.control.iter().map_err(storage)? {
            let (name, blob) = pair.map_err(storage)?;
            let name = String::from_utf8(name.value().to_vec())
                .map_err(|_| unreadable("control blob", "its name is not text"))?;
            rows.push(Row::Control { name, bytes: row::decode_control(blob.value())?.bytes });
        }
        Ok(ExportPage { rows, next: Some(ExportCursor::States(Cell::new(0), None)) })
    }

    /// Is there an entry in this cell's log from before `cutoff`?
    pub(super) fn first_entry_is_older(&self, cell: Cell, cutoff: Timestamp) -> Result<bool, StoreError> {
        let view = self.cell(cell);
        let first = view.entries(view.meta()?.first.saturating_sub(1), 1)?;
        Ok(first.first().is_some_and(|entry| entry.at < cutoff))
    }
}

/// How the store came to be opened.
pub(super) struct Parts {
    pub(super) database: Database,
    pub(super) place: PathBuf,
    pub(super) snapshot: Snapshot,
    pub(super) heads: LocalHeads,
    pub(super) latest: Timestamp,
    pub(super) space: Space,
    pub(super) log_retention: Duration,
}

impl Shared {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            database: parts.database,
            place: parts.place,
            heads: Arc::new(parts.heads),
            uses: Uses::default(),
            in_flight: InFlight::new(),
            space: parts.space,
            log_retention: parts.log_retention,
            snapshot: RwLock::new(Arc::new(parts.snapshot)),
            failure: OnceLock::new(),
            latest: AtomicU64::new(parts.latest.as_millis()),
            commits: AtomicU64::new(0),
        }
    }

    /// What is committed, as of now.
    pub(super) fn read(&self) -> Reading<'_> {
        let snapshot = self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone();
        Reading { snapshot, uses: &self.uses }
    }

    /// Reads pages, with every error naming the file and what to do.
    pub(super) fn reading<T>(
        &self,
        read: impl FnOnce(&Reading<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        guarded(|| read(&self.read())).map_err(|error| self.named(error))
    }

    /// Makes the last commit the one that is read.
    pub(super) fn refresh(&self) -> Result<(), StoreError> {
        let unavailable = |error: redb::Error| StoreError::unavailable(error.to_string());
        let transaction = self.database.begin_read().map_err(|error| unavailable(error.into()))?;
        let snapshot = Snapshot::of(&transaction).map_err(|error| unavailable(error.into()))?;
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        self.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// A cell has been written to.
    pub(super) fn wrote(&self, cell: Cell, row: &CellRow) {
        self.latest.fetch_max(row.meta.latest.as_millis(), Ordering::AcqRel);
        if row.meta.written > self.heads.position(cell) {
            self.heads.grow(cell, row.meta.written);
        }
    }

    pub(super) fn latest(&self) -> Timestamp {
        Timestamp::from_millis(self.latest.load(Ordering::Acquire))
    }

    /// Why nothing is written any more, if so.
    pub(super) fn failure(&self) -> Option<StoreError> {
        self.failure.get().map(|why| StoreError::unavailable(why.clone()))
    }

    /// Stops all writing for good. Says what every caller is told from here on.
    pub(super) fn fail(&self, error: &StoreError) -> StoreError {
        let why = self.failure.get_or_init(|| {
            let place = self.place.display();
            let why = format!(
                "{place} is read-only since a write to it failed ({error}); what was under way may or may not be \
                 on disk. Nothing is tried again by itself: free space or mend the disk, then restart the program"
            );
            tracing::error!("{why}");
            why
        });
        StoreError::unavailable(why.clone())
    }

    pub(super) fn closed(&self) -> StoreError {
        StoreError::unavailable(format!("{} is closed", self.place.display()))
    }

    /// An error with the file's name, and what to do about it.
    pub(super) fn named(&self, error: StoreError) -> StoreError {
        let place = self.place.display();
        match error {
            StoreError::Corrupt(Corrupt::Unreadable { what, reason }) => {
                let reason = format!(
                    "{reason} (in {place}; it is left as it is. Stop the program and run `handstamp store check \
                     {place}`)"
                );
                StoreError::Corrupt(Corrupt::Unreadable { what, reason })
            }
            StoreError::Unavailable(why) if !why.contains(&*place.to_string()) => {
                StoreError::unavailable(format!("{place}: {why}"))
            }
            error => error,
        }
    }
}
