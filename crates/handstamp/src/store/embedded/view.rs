//! One cell as it lies in the tables, for the rules to read.

use std::ops::Bound;

use redb::{ReadableTable, StorageError};

use super::{
    fault::storage,
    row::{self, CellRow},
    tables::{self, AccountRow, Bytes, Tables},
    uses::Uses,
};
use crate::{
    encoding::Corrupt,
    id::{Cell, SessionId},
    log::Entry,
    realm::{AccountId, RealmName},
    store::{
        AccountKey, AccountState, CellState, SessionKey, StoreError, StoredSession, StoredState,
        local::{CellMeta, Rows, Stretch, Wanted},
    },
};

/// A consistent view of one cell.
pub(super) struct View<'a, T> {
    pub(super) tables: &'a Tables<T>,
    /// Last uses that are not in the tables yet.
    pub(super) uses: &'a Uses,
    pub(super) cell: Cell,
}

pub(super) fn unreadable(what: &'static str, reason: &str) -> StoreError {
    StoreError::Corrupt(Corrupt::Unreadable { what, reason: reason.into() })
}

impl<T: ReadableTable<Bytes, Bytes>> View<'_, T> {
    /// The row of the cell; a cell that nobody has written to has none.
    pub(super) fn cell_row(&self) -> Result<CellRow, StoreError> {
        match self.tables.cells.get([self.cell.number()].as_slice()).map_err(storage)? {
            Some(bytes) => Ok(row::decode_cell(bytes.value())?),
            None => Ok(CellRow { meta: CellMeta { first: 1, ..CellMeta::default() }, ..CellRow::default() }),
        }
    }

    /// Decodes a session and makes its last use the latest that is known.
    fn whole(&self, key: &SessionKey, bytes: &[u8]) -> Result<StoredSession, StoreError> {
        let mut session = row::decode_session(key, bytes)?;
        if session.state == StoredState::Live {
            if let Some(at) = self.tables.uses.get(tables::session_key(key).as_slice()).map_err(storage)? {
                session.last_use = session.last_use.max(row::decode_use(at.value())?);
            }
            session.last_use = session.last_use.max(self.uses.of(key).unwrap_or_default());
        }
        Ok(session)
    }

    fn pairs<'a>(
        table: &'a T,
        from: Bound<&'a [u8]>,
        to: &'a [u8],
    ) -> Result<redb::Range<'a, Bytes, Bytes>, StorageError> {
        table.range::<&[u8]>((from, Bound::Excluded(to)))
    }
}

impl<T: ReadableTable<Bytes, Bytes>> Rows for View<'_, T> {
    fn cell(&self) -> Cell {
        self.cell
    }

    fn meta(&self) -> Result<CellMeta, StoreError> {
        Ok(self.cell_row()?.meta)
    }

    fn session(&self, key: &SessionKey) -> Result<Option<StoredSession>, StoreError> {
        match self.tables.sessions.get(tables::session_key(key).as_slice()).map_err(storage)? {
            Some(bytes) => self.whole(key, bytes.value()).map(Some),
            None => Ok(None),
        }
    }

    fn sessions_after(
        &self,
        after: Option<&SessionKey>,
        limit: usize,
        wanted: Wanted<'_>,
    ) -> Result<Stretch, StoreError> {
        let first = [self.cell.number()];
        let (after, end) = (after.map(tables::session_key), tables::end_of(&first));
        let from = after.as_ref().map_or(Bound::Included(&first[..]), |key| Bound::Excluded(key.as_slice()));
        let mut stretch = Stretch { sessions: Vec::new(), seen: 0, next: None };
        for pair in Self::pairs(&self.tables.sessions, from, &end).map_err(storage)?.take(limit) {
            let (key, bytes) = pair.map_err(storage)?;
            stretch.seen += 1;
            let last = stretch.seen == limit;
            let wanted = wanted(&row::glance(bytes.value())?);
            if wanted || last {
                let key = tables::parse_session_key(key.value())
                    .ok_or_else(|| unreadable("session key", "it does not name a session"))?;
                if wanted {
                    stretch.sessions.push(self.whole(&key, bytes.value())?);
                }
                if last {
                    stretch.next = Some(key);
                }
            }
        }
        Ok(stretch)
    }

    fn account(&self, realm: &RealmName, id: &AccountId) -> Result<Option<AccountState>, StoreError> {
        let key = tables::account_key(self.cell, realm, id);
        match self.tables.accounts.get(key.as_slice()).map_err(storage)? {
            Some(bytes) => Ok(Some(row::decode_account(bytes.value())?)),
            None => Ok(None),
        }
    }

    fn sessions_of(
        &self,
        realm: &RealmName,
        id: &AccountId,
        after: Option<SessionId>,
        limit: usize,
    ) -> Result<Vec<SessionId>, StoreError> {
        let row = tables::account_key(self.cell, realm, id);
        let end = tables::end_of(&row);
        let after = after.map_or_else(|| row.clone(), |id_| tables::index_key(self.cell, realm, id, id_));
        let range = Self::pairs(&self.tables.accounts, Bound::Excluded(&after), &end).map_err(storage)?;
        range
            .take(limit)
            .map(|pair| {
                let (key, _) = pair.map_err(storage)?;
                let id = key.value().get(row.len()..).and_then(|id| id.try_into().ok());
                id.map(SessionId::from_bytes)
                    .ok_or_else(|| unreadable("account index", "an entry does not name a session"))
            })
            .collect()
    }

    fn accounts_after(
        &self,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, AccountState)>, StoreError> {
        let first = vec![self.cell.number()];
        let end = tables::end_of(&first);
        let from =
            after.map_or(first, |key| tables::end_of(&tables::account_key(key.cell, &key.realm, &key.id)));
        let mut accounts = Vec::new();
        for pair in Self::pairs(&self.tables.accounts, Bound::Included(&from), &end).map_err(storage)? {
            if accounts.len() == limit {
                break;
            }
            let (key, state) = pair.map_err(storage)?;
            match tables::parse_account_key(key.value()) {
                Some(AccountRow::State(account)) => {
                    accounts.push((account, row::decode_account(state.value())?));
                }
                Some(AccountRow::Session(..)) => {}
                None => return Err(unreadable("account row", "its key does not name an account")),
            }
        }
        Ok(accounts)
    }

    fn realm(&self, realm: &RealmName) -> Result<CellState, StoreError> {
        let key = tables::realm_prefix(self.cell, realm);
        match self.tables.realms.get(key.as_slice()).map_err(storage)? {
            Some(bytes) => Ok(row::decode_realm(bytes.value())?),
            None => Ok(CellState::default()),
        }
    }

    fn realms(&self) -> Result<Vec<(RealmName, CellState)>, StoreError> {
        let first = [self.cell.number()];
        let end = tables::end_of(&first);
        let range = Self::pairs(&self.tables.realms, Bound::Included(&first), &end).map_err(storage)?;
        range
            .map(|pair| {
                let (key, state) = pair.map_err(storage)?;
                let realm = tables::parse_realm_key(key.value())
                    .ok_or_else(|| unreadable("realm row", "its key does not name a realm"))?;
                Ok((realm, row::decode_realm(state.value())?))
            })
            .collect()
    }

    fn entries(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let (from, end) = (tables::log_key(self.cell, after), tables::end_of(&[self.cell.number()]));
        let range = Self::pairs(&self.tables.log, Bound::Excluded(&from), &end).map_err(storage)?;
        range.take(limit).map(|pair| Ok(Entry::decode(pair.map_err(storage)?.1.value())?)).collect()
    }
}
