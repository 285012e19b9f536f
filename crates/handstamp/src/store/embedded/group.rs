//! The operations that are committed together: one transaction, one sync.

use redb::{Database, Durability, ReadableTable, WriteTransaction};

use super::{
    edit::{Edit, Staged},
    fault::{guarded, storage},
    job::Job,
    row,
    tables::Writing,
    uses::Uses,
};
use crate::{
    id::Cell,
    store::{ControlBlob, ControlOutcome, Imported, Row, StoreError, local},
};

/// How many last uses ride along with a group.
const USES: usize = 256;

/// A transaction under way.
pub(super) struct Group<'a, 'transaction> {
    tables: Writing<'transaction>,
    staged: Staged,
    uses: &'a Uses,
    has_room: bool,
}

/// A transaction that has been applied and waits to be committed.
pub(super) struct Applied {
    pub(super) transaction: WriteTransaction,
    pub(super) staged: Staged,
}

/// What became of applying a group.
pub(super) enum Application {
    /// To be committed.
    Applied(Box<Applied>),
    /// Nobody wrote anything.
    Nothing,
}

/// A job with the error that it has met, if it has.
pub(super) type Waiting = (Box<dyn Job>, Result<(), StoreError>);

/// Runs the jobs in one transaction. One that fails half way is taken out and the others run again
/// without it, so that nobody's write depends on a stranger's broken row.
pub(super) fn apply(
    database: &Database,
    jobs: &mut [Waiting],
    uses: &Uses,
    has_room: bool,
) -> Result<Application, StoreError> {
    let held = uses.take(USES);
    'again: loop {
        let unavailable = |error: redb::Error| StoreError::unavailable(error.to_string());
        let mut transaction = database.begin_write().map_err(|error| unavailable(error.into()))?;
        // Quick repair: the file opens at once after a crash, however large it is.
        transaction.set_quick_repair(true);
        transaction.set_durability(Durability::Immediate).map_err(|error| unavailable(error.into()))?;
        let mut group = Group {
            tables: Writing::of(&transaction).map_err(|error| unavailable(error.into()))?,
            staged: Staged::default(),
            uses,
            has_room,
        };
        for (key, at) in &held {
            // What cannot be read is left as it is; its verdicts say so.
            let _ = guarded(|| group.edit(key.cell()).note_use(key, *at));
        }
        for (job, result) in jobs.iter_mut().filter(|(_, result)| result.is_ok()) {
            let before = group.staged.writes;
            *result = guarded(|| job.run(&mut group));
            if result.is_err() && group.staged.writes != before {
                drop(group);
                // Dropped without a commit: nothing of it has happened.
                drop(transaction);
                continue 'again;
            }
        }
        if group.staged.writes == 0 {
            return Ok(Application::Nothing);
        }
        let staged = guarded(|| group.finish())?;
        return Ok(Application::Applied(Box::new(Applied { transaction, staged })));
    }
}

impl<'transaction> Group<'_, 'transaction> {
    /// One cell of this transaction.
    pub(super) fn edit(&mut self, cell: Cell) -> Edit<'_, 'transaction> {
        Edit {
            tables: &mut self.tables,
            staged: &mut self.staged,
            uses: self.uses,
            cell,
            has_room: self.has_room,
        }
    }

    pub(super) fn put_control(
        &mut self,
        name: &str,
        seen: Option<u64>,
        bytes: &[u8],
    ) -> Result<ControlOutcome, StoreError> {
        let current = match self.tables.control.get(name.as_bytes()).map_err(storage)? {
            Some(blob) => Some(row::decode_control(blob.value())?),
            None => None,
        };
        if current.as_ref().map(|blob| blob.version) != seen {
            return Ok(ControlOutcome::Conflict(current));
        }
        let blob = ControlBlob { version: seen.unwrap_or(0) + 1, bytes: bytes.to_vec() };
        self.tables
            .control
            .insert(name.as_bytes(), row::encode_control(&blob).as_slice())
            .map_err(storage)?;
        self.staged.writes += 1;
        Ok(ControlOutcome::Done(blob.version))
    }

    pub(super) fn import(&mut self, rows: &[Row]) -> Result<Imported, StoreError> {
        let mut imported = Imported::default();
        for row in rows {
            if let Some(cell) = local::cell_of(row) {
                local::import(&mut self.edit(cell), row.clone(), &mut imported)?;
            } else if let Row::Control { name, bytes } = row {
                match self.put_control(name, None, bytes)? {
                    ControlOutcome::Done(_) => imported.stored += 1,
                    ControlOutcome::Conflict(_) => imported.there += 1,
                }
            }
        }
        Ok(imported)
    }

    /// Writes what was gathered, and closes the tables.
    fn finish(mut self) -> Result<Staged, StoreError> {
        for (cell, cell_row) in &self.staged.cells {
            let row = row::encode_cell(cell_row);
            self.tables.cells.insert([cell.number()].as_slice(), row.as_slice()).map_err(storage)?;
        }
        Ok(self.staged)
    }
}
