//! What the file says of itself, readable by a program of any version.

use redb::{Database, ReadableDatabase, TableError, WriteTransaction};

use super::tables::{SCHEMA, Writing};
use crate::{random::random_bytes, store::Incarnation};

/// The newest layout of the file that this program knows, and the one that it makes.
pub(super) const KNOWN: u64 = 1;

const VERSION: &[u8] = b"version";
const INCARNATION: &[u8] = b"incarnation";

/// Layout and identity of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Schema {
    pub(super) version: u64,
    pub(super) incarnation: Incarnation,
}

/// The schema of a file; `None` if it has just been made.
pub(super) fn read(database: &Database) -> Result<Option<Schema>, redb::Error> {
    let transaction = database.begin_read()?;
    let table = match transaction.open_table(SCHEMA) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let version = table.get(VERSION)?.and_then(|bytes| bytes.value().try_into().ok());
    let incarnation = table.get(INCARNATION)?.and_then(|bytes| bytes.value().try_into().ok());
    let (Some(version), Some(incarnation)) = (version, incarnation) else {
        return Err(redb::Error::Corrupted("its schema is not whole".into()));
    };
    Ok(Some(Schema {
        version: u64::from_be_bytes(version),
        incarnation: Incarnation::from_bytes(incarnation),
    }))
}

/// Makes the tables of a new file.
pub(super) fn create(database: &Database) -> Result<Schema, redb::Error> {
    let transaction = begin(database)?;
    Writing::of(&transaction)?;
    let schema = write(&transaction)?;
    transaction.commit()?;
    Ok(schema)
}

/// Gives the file a new incarnation: positions of the one before mean nothing any more.
pub(super) fn write(transaction: &WriteTransaction) -> Result<Schema, redb::Error> {
    let incarnation = Incarnation::from_bytes(random_bytes());
    let mut table = transaction.open_table(SCHEMA)?;
    table.insert(VERSION, KNOWN.to_be_bytes().as_slice())?;
    table.insert(INCARNATION, incarnation.as_bytes().as_slice())?;
    Ok(Schema { version: KNOWN, incarnation })
}

/// A transaction that leaves the file quick to open after a crash.
pub(super) fn begin(database: &Database) -> Result<WriteTransaction, redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    Ok(transaction)
}
