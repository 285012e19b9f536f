//! A new life for a store that was put back from a backup, copied or moved.

use std::collections::BTreeSet;

use redb::{Database, ReadableTable};

use super::{
    AfterRestore,
    edit::{Edit, Staged},
    fault::storage,
    row,
    schema::{self, Schema},
    tables::{self, Writing},
    uses::Uses,
};
use crate::{
    id::Cell,
    realm::RealmName,
    reason::{Actor, EndReason, Ending},
    store::{StoreError, local},
    time::Timestamp,
};

/// What an operator reads.
pub(super) fn consequence(choice: AfterRestore) -> &'static str {
    match choice {
        AfterRestore::EndSessions => {
            "all its sessions have ended, because some of them may have been ended since the copy was made"
        }
        AfterRestore::KeepSessions => "its sessions live, as was asked for",
    }
}

/// Gives the file a new incarnation and, unless told otherwise, ends every session in it: one write
/// per realm and cell, however many sessions there are.
pub(super) fn restore(database: &Database, choice: AfterRestore, at: Timestamp) -> Result<Schema, String> {
    let transaction = schema::begin(database).map_err(|error| error.to_string())?;
    if choice == AfterRestore::EndSessions {
        let mut tables = Writing::of(&transaction).map_err(|error| error.to_string())?;
        end_all(&mut tables, at).map_err(|error| error.to_string())?;
    }
    let schema = schema::write(&transaction).map_err(|error| error.to_string())?;
    transaction.commit().map_err(|error| error.to_string())?;
    Ok(schema)
}

fn end_all(tables: &mut Writing<'_>, at: Timestamp) -> Result<(), StoreError> {
    let (mut staged, uses) = (Staged::default(), Uses::default());
    let ending = Ending::new(EndReason::RealmEnded, Actor::System, at);
    for cell in Cell::all() {
        for realm in realms_with_sessions(tables, cell)? {
            let mut edit = Edit { tables, staged: &mut staged, uses: &uses, cell, has_room: true };
            local::end_realm(&mut edit, &realm, &ending)?;
        }
    }
    for (cell, cell_row) in staged.cells {
        let row = row::encode_cell(&cell_row);
        tables.cells.insert([cell.number()].as_slice(), row.as_slice()).map_err(storage)?;
    }
    Ok(())
}

/// The realms that have sessions in a cell, found by leaping from one realm's first key to the next's.
fn realms_with_sessions(tables: &Writing<'_>, cell: Cell) -> Result<BTreeSet<RealmName>, StoreError> {
    let mut realms = BTreeSet::new();
    let (mut from, end) = (vec![cell.number()], tables::end_of(&[cell.number()]));
    loop {
        let range = from.as_slice()..end.as_slice();
        let Some(pair) = tables.sessions.range::<&[u8]>(range).map_err(storage)?.next() else {
            return Ok(realms);
        };
        let (key, _) = pair.map_err(storage)?;
        let Some(key) = tables::parse_session_key(key.value()) else {
            return Err(super::view::unreadable("session key", "it does not name a session"));
        };
        from = tables::end_of(&tables::realm_prefix(cell, &key.realm));
        realms.insert(key.realm);
    }
}
