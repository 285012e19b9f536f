//! Moving the whole content of a store into another one, so that nobody is signed out by a change of
//! engine.
//!
//! Rows hold what the store holds: hashes, never a token. The cell key travels as a control blob;
//! without it every account would be looked for in another cell.

use super::{AccountKey, AccountState, CellState, Epoch, SessionKey, StoredSession};
use crate::{id::Cell, realm::RealmName};

/// One piece of a store's content.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum Row {
    /// A blob of the control area.
    Control {
        /// Its name.
        name: String,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// The epoch of accounts that this cell does not know.
    Floor {
        /// The cell.
        cell: Cell,
        /// The epoch.
        epoch: Epoch,
    },
    /// The state of a cell in a realm.
    Realm {
        /// The realm.
        realm: RealmName,
        /// The cell.
        cell: Cell,
        /// The state.
        state: CellState,
    },
    /// The state of an account.
    Account {
        /// The account.
        account: AccountKey,
        /// The state.
        state: AccountState,
    },
    /// A session, live or ended.
    Session(Box<StoredSession>),
}

/// A place in a walk through a store's content; everything before it has been handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum ExportCursor {
    /// At the control area: the beginning.
    Control,
    /// Among the states of a cell, after this account.
    States(Cell, Option<AccountKey>),
    /// Among the sessions of a cell, after this one.
    Sessions(Cell, Option<SessionKey>),
}

/// A piece of a store's content.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct ExportPage {
    /// The rows, states before sessions within each cell.
    pub rows: Vec<Row>,
    /// Where to go on, if there is more.
    pub next: Option<ExportCursor>,
}

/// What became of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Imported {
    /// Rows that were stored.
    pub stored: u64,
    /// Rows whose place was taken already, by an earlier try: left as they are.
    pub there: u64,
}
