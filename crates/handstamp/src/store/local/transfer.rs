//! Handing the whole content out, and taking it in.

use super::rows::{Rows, RowsMut};
use crate::{
    id::Cell,
    store::{
        AccountKey, AccountState, Epoch, ExportCursor, ExportPage, Imported, Row, SessionKey, StoreError,
    },
};

/// The states of a cell: floor and realms first, then accounts.
pub(in crate::store) fn states_page(
    rows: &impl Rows,
    after: Option<&AccountKey>,
    limit: usize,
) -> Result<ExportPage, StoreError> {
    let cell = rows.cell();
    let mut page = Vec::new();
    if after.is_none() {
        let epoch = rows.meta()?.floor;
        if epoch > Epoch::default() {
            page.push(Row::Floor { cell, epoch });
        }
        let realms = rows.realms()?.into_iter();
        page.extend(realms.map(|(realm, state)| Row::Realm { realm, cell, state }));
    }
    let accounts = rows.accounts_after(after, limit)?;
    let last = if accounts.len() == limit { accounts.last().map(|(key, _)| key.clone()) } else { None };
    page.extend(accounts.into_iter().map(|(account, state)| Row::Account { account, state }));
    let next = match last {
        Some(last) => ExportCursor::States(cell, Some(last)),
        None => ExportCursor::Sessions(cell, None),
    };
    Ok(ExportPage { rows: page, next: Some(next) })
}

/// The sessions of a cell, then the next cell.
pub(in crate::store) fn sessions_page(
    rows: &impl Rows,
    after: Option<&SessionKey>,
    limit: usize,
) -> Result<ExportPage, StoreError> {
    let cell = rows.cell();
    let stretch = rows.sessions_after(after, limit, &|_| true)?;
    let next = match stretch.next {
        Some(key) => Some(ExportCursor::Sessions(cell, Some(key))),
        None => super::after(cell).map(|cell| ExportCursor::States(cell, None)),
    };
    let page = stretch.sessions.into_iter().map(|session| Row::Session(Box::new(session))).collect();
    Ok(ExportPage { rows: page, next })
}

/// The cell that a row goes to; `None` for the control area.
pub(in crate::store) fn cell_of(row: &Row) -> Option<Cell> {
    match row {
        Row::Control { .. } => None,
        Row::Floor { cell, .. } | Row::Realm { cell, .. } => Some(*cell),
        Row::Account { account, .. } => Some(account.cell),
        Row::Session(session) => Some(session.key.cell()),
    }
}

/// Stores a row of its cell, if nothing lies in its place.
pub(in crate::store) fn import(
    rows: &mut impl RowsMut,
    row: Row,
    imported: &mut Imported,
) -> Result<(), StoreError> {
    let stored = match row {
        Row::Control { .. } => false,
        Row::Floor { epoch, .. } => {
            let meta = rows.meta()?;
            let higher = epoch > meta.floor;
            if higher {
                rows.set_meta(super::CellMeta { floor: epoch, ..meta })?;
            }
            higher
        }
        Row::Realm { realm, state, .. } => {
            let free = state.epoch > rows.realm(&realm)?.epoch;
            if free {
                rows.put_realm(&realm, state)?;
            }
            free
        }
        Row::Account { account, state } => {
            let free = rows.account(&account.realm, &account.id)?.is_none();
            if free {
                rows.put_account(&account.realm, &account.id, &state)?;
            }
            free
        }
        Row::Session(session) => {
            let free = rows.session(&session.key)?.is_none();
            if free {
                let meta = rows.meta()?;
                let latest = meta.latest.max(session.last_use).max(session.proven_at);
                rows.set_meta(super::CellMeta { latest, ..meta })?;
                let realm = session.key.realm.clone();
                if let Some(account) = &session.account
                    && rows.account(&realm, account)?.is_none()
                {
                    // Whoever has sessions has a row.
                    let state = AccountState { epoch: meta.floor, ..AccountState::default() };
                    rows.put_account(&realm, account, &state)?;
                }
                rows.put_session(*session)?;
            }
            free
        }
    };
    if stored {
        imported.stored += 1;
    } else {
        imported.there += 1;
    }
    Ok(())
}
