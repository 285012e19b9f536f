//! The contract's rules, written once for stores that run them beside their tables.
//!
//! A store inside the process brings [`Rows`]: what lies in one cell, read and written within one
//! atomic step. What an operation checks and what it then does is the same for all of them and stands
//! here, a file per kind. Every operation reads and checks first and writes afterwards, so that one
//! that finds something unreadable has changed nothing.

mod account;
mod admit;
mod feed;
mod heads;
mod read;
mod rows;
mod sweep;
mod transfer;
mod write;

pub(super) use account::account;
pub(super) use admit::admit;
pub(super) use feed::LocalFeed;
pub(super) use heads::LocalHeads;
#[cfg(feature = "embedded")]
pub(super) use read::account_state;
pub(super) use read::{changes, list, load, scan};
pub(super) use rows::{CellMeta, Glance, Rows, RowsMut, Stretch, Wanted};
pub(super) use sweep::{look, sweep};
pub(super) use transfer::{cell_of, import, sessions_page, states_page};
#[cfg(feature = "embedded")]
pub(super) use write::end_realm;
pub(super) use write::{commit, create, end, renew, touch};

use super::{ScanCursor, SessionKey};
use crate::id::Cell;

/// The cell that a walk is in, and the last key seen there.
pub(super) fn place(from: Option<ScanCursor>) -> (Cell, Option<SessionKey>) {
    from.map_or((Cell::new(0), None), |from| (from.cell, from.key))
}

/// Where a walk goes on: within the cell, else in the next one, else nowhere.
pub(super) fn following(cell: Cell, next: Option<SessionKey>) -> Option<ScanCursor> {
    match next {
        Some(key) => Some(ScanCursor { cell, key: Some(key) }),
        None => after(cell).map(|cell| ScanCursor { cell, key: None }),
    }
}

/// The next cell, if there is one.
pub(super) fn after(cell: Cell) -> Option<Cell> {
    cell.number().checked_add(1).map(Cell::new)
}
