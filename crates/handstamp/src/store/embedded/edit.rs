//! One cell in the transaction under way, for the rules to change.

use std::{collections::HashMap, ops::Bound};

use memchr::memmem;
use redb::{ReadableTable, Table};

use super::{
    fault::storage,
    row::{self, CellRow},
    tables::{self, Bytes, Writing},
    uses::Uses,
    view::View,
};
use crate::{
    id::{Cell, SessionId},
    log::Entry,
    realm::{AccountId, RealmName},
    store::{
        AccountKey, AccountState, CellState, SessionKey, StoreError, StoredSession, StoredState,
        local::{CellMeta, Rows, RowsMut, Stretch, Wanted},
    },
    time::Timestamp,
};

/// What a transaction has done so far, besides to the tables.
#[derive(Default)]
pub(super) struct Staged {
    /// Rows of cells, written at the end.
    pub(super) cells: HashMap<Cell, CellRow>,
    /// Sessions that ended or were forgotten.
    pub(super) ended: Vec<SessionKey>,
    /// Realms that ended in a cell.
    pub(super) realms: Vec<(Cell, RealmName)>,
    /// How many writes there were.
    pub(super) writes: u64,
}

/// One cell, for one operation.
pub(super) struct Edit<'a, 'transaction> {
    pub(super) tables: &'a mut Writing<'transaction>,
    pub(super) staged: &'a mut Staged,
    pub(super) uses: &'a Uses,
    pub(super) cell: Cell,
    pub(super) has_room: bool,
}

impl<'transaction> Edit<'_, 'transaction> {
    fn view(&self) -> View<'_, Table<'transaction, Bytes, Bytes>> {
        View { tables: self.tables, uses: self.uses, cell: self.cell }
    }

    fn row(&self) -> Result<CellRow, StoreError> {
        match self.staged.cells.get(&self.cell) {
            Some(row) => Ok(*row),
            None => self.view().cell_row(),
        }
    }

    fn set_row(&mut self, row: CellRow) {
        self.staged.cells.insert(self.cell, row);
    }

    fn count(&mut self, change: impl FnOnce(&mut CellRow)) -> Result<(), StoreError> {
        let mut row = self.row()?;
        change(&mut row);
        self.set_row(row);
        self.staged.writes += 1;
        Ok(())
    }

    /// Notes a last use without reading more of the session than has to be known.
    pub(super) fn note_use(&mut self, key: &SessionKey, at: Timestamp) -> Result<(), StoreError> {
        let bytes = tables::session_key(key);
        let later = match self.tables.sessions.get(bytes.as_slice()).map_err(storage)? {
            Some(row) => {
                let glance = row::glance(row.value())?;
                glance.ended_at.is_none() && at > glance.last_use
            }
            None => false,
        };
        if later {
            let there = match self.tables.uses.get(bytes.as_slice()).map_err(storage)? {
                Some(there) => row::decode_use(there.value())?,
                None => Timestamp::default(),
            };
            self.tables
                .uses
                .insert(bytes.as_slice(), row::encode_use(at.max(there)).as_slice())
                .map_err(storage)?;
            self.count(|row| row.meta.latest = row.meta.latest.max(at))?;
        }
        Ok(())
    }

    /// Forgets entries from before `cutoff`, at most `limit`; says how many.
    pub(super) fn trim_log(&mut self, cutoff: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let meta = self.meta()?;
        let old = self
            .entries(meta.first.saturating_sub(1), limit)?
            .into_iter()
            .take_while(|entry| entry.at < cutoff)
            .count();
        for position in (meta.first..).take(old) {
            self.tables.log.remove(tables::log_key(self.cell, position).as_slice()).map_err(storage)?;
        }
        if old > 0 {
            self.count(|row| {
                row.meta.first += old as u64;
                row.entries = row.entries.saturating_sub(old as u64);
            })?;
        }
        Ok(old)
    }
}

impl Rows for Edit<'_, '_> {
    fn cell(&self) -> Cell {
        self.cell
    }

    fn meta(&self) -> Result<CellMeta, StoreError> {
        Ok(self.row()?.meta)
    }

    fn session(&self, key: &SessionKey) -> Result<Option<StoredSession>, StoreError> {
        self.view().session(key)
    }

    fn sessions_after(
        &self,
        after: Option<&SessionKey>,
        limit: usize,
        wanted: Wanted<'_>,
    ) -> Result<Stretch, StoreError> {
        self.view().sessions_after(after, limit, wanted)
    }

    fn account(&self, realm: &RealmName, id: &AccountId) -> Result<Option<AccountState>, StoreError> {
        self.view().account(realm, id)
    }

    fn sessions_of(
        &self,
        realm: &RealmName,
        id: &AccountId,
        after: Option<SessionId>,
        limit: usize,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.view().sessions_of(realm, id, after, limit)
    }

    fn accounts_after(
        &self,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, AccountState)>, StoreError> {
        self.view().accounts_after(after, limit)
    }

    fn realm(&self, realm: &RealmName) -> Result<CellState, StoreError> {
        self.view().realm(realm)
    }

    fn realms(&self) -> Result<Vec<(RealmName, CellState)>, StoreError> {
        self.view().realms()
    }

    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.view().entries(after, limit)
    }

    fn has_room(&self) -> bool {
        self.has_room
    }
}

impl RowsMut for Edit<'_, '_> {
    fn set_meta(&mut self, meta: CellMeta) -> Result<(), StoreError> {
        // No write by itself: a time that moves on is kept with the next one.
        let row = self.row()?;
        if meta.floor != row.meta.floor {
            self.staged.writes += 1;
        }
        self.set_row(CellRow { meta, ..row });
        Ok(())
    }

    fn put_session(&mut self, session: StoredSession) -> Result<(), StoreError> {
        let key = tables::session_key(&session.key);
        let before = {
            let there = self
                .tables
                .sessions
                .insert(key.as_slice(), row::encode_session(&session).as_slice())
                .map_err(storage)?;
            there.map(|there| row::glance(there.value())).transpose()?
        };
        let was_live = before.as_ref().is_some_and(|glance| glance.ended_at.is_none());
        if before.is_none()
            && let Some(account) = &session.account
        {
            let entry = tables::index_key(self.cell, &session.key.realm, account, session.key.id);
            self.tables.accounts.insert(entry.as_slice(), [].as_slice()).map_err(storage)?;
        }
        let is_live = session.state == StoredState::Live;
        if !is_live {
            // Its last use stands in its own row now.
            self.tables.uses.remove(key.as_slice()).map_err(storage)?;
            self.staged.ended.push(session.key);
        }
        self.count(|row| {
            row.live = (row.live + u64::from(is_live)).saturating_sub(u64::from(was_live));
            let was_ended = before.is_some() && !was_live;
            row.ended = (row.ended + u64::from(!is_live)).saturating_sub(u64::from(was_ended));
        })
    }

    fn remove_session(&mut self, key: &SessionKey, account: Option<&AccountId>) -> Result<(), StoreError> {
        let bytes = tables::session_key(key);
        let before = {
            let there = self.tables.sessions.remove(bytes.as_slice()).map_err(storage)?;
            there.map(|there| row::glance(there.value())).transpose()?
        };
        self.tables.uses.remove(bytes.as_slice()).map_err(storage)?;
        if let Some(account) = account {
            let entry = tables::index_key(self.cell, &key.realm, account, key.id);
            self.tables.accounts.remove(entry.as_slice()).map_err(storage)?;
        }
        self.staged.ended.push(key.clone());
        self.count(|row| match before {
            Some(glance) if glance.ended_at.is_none() => row.live = row.live.saturating_sub(1),
            Some(_) => row.ended = row.ended.saturating_sub(1),
            None => {}
        })
    }

    fn put_use(&mut self, session: &StoredSession, at: Timestamp) -> Result<(), StoreError> {
        self.note_use(&session.key, at)
    }

    fn put_account(
        &mut self,
        realm: &RealmName,
        id: &AccountId,
        state: &AccountState,
    ) -> Result<(), StoreError> {
        let key = tables::account_key(self.cell, realm, id);
        let row = row::encode_account(state);
        let new = self.tables.accounts.insert(key.as_slice(), row.as_slice()).map_err(storage)?.is_none();
        self.count(|row| row.accounts += u64::from(new))
    }

    fn remove_account(&mut self, realm: &RealmName, id: &AccountId) -> Result<(), StoreError> {
        let key = tables::account_key(self.cell, realm, id);
        let there = self.tables.accounts.remove(key.as_slice()).map_err(storage)?.is_some();
        self.count(|row| row.accounts = row.accounts.saturating_sub(u64::from(there)))
    }

    fn put_realm(&mut self, realm: &RealmName, state: CellState) -> Result<(), StoreError> {
        let key = tables::realm_prefix(self.cell, realm);
        self.tables.realms.insert(key.as_slice(), row::encode_realm(state).as_slice()).map_err(storage)?;
        self.staged.realms.push((self.cell, realm.clone()));
        self.staged.writes += 1;
        Ok(())
    }

    fn append(&mut self, entry: Entry) -> Result<(), StoreError> {
        let key = tables::log_key(self.cell, entry.position);
        self.tables.log.insert(key.as_slice(), entry.encode().as_slice()).map_err(storage)?;
        self.count(|row| {
            row.meta.written = entry.position;
            row.entries += 1;
        })
    }

    fn forget_in_log(&mut self, account: &AccountKey) -> Result<(), StoreError> {
        // Most entries are of others: only those that hold the name's JSON form are decoded.
        let name = serde_json::to_string(account.id.as_str()).unwrap_or_default();
        let finder = memmem::Finder::new(&name);
        let first = [self.cell.number()];
        let end = tables::end_of(&first);
        let mut rewritten = Vec::new();
        let range = (Bound::Included(first.as_slice()), Bound::Excluded(end.as_slice()));
        for pair in self.tables.log.range::<&[u8]>(range).map_err(storage)? {
            let (key, bytes) = pair.map_err(storage)?;
            if finder.find(bytes.value()).is_some()
                && let Some(entry) = Entry::without_account(bytes.value(), account)?
            {
                rewritten.push((key.value().to_vec(), entry));
            }
        }
        for (key, entry) in rewritten {
            self.tables.log.insert(key.as_slice(), entry.as_slice()).map_err(storage)?;
            self.staged.writes += 1;
        }
        Ok(())
    }
}
