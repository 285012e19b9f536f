//! The tables of the file and the keys in them. `docs/formats.md` has the layout in full.
//!
//! Every key begins with its cell and goes on in order of time where there is one: session ids and log
//! positions only ever append to their cell, so that a commit touches few pages. An account's state
//! and the index of its sessions are neighbours in one table: signing in touches one page of it.

use redb::{ReadOnlyTable, ReadTransaction, Table, TableDefinition, TableError, WriteTransaction};

use crate::{
    id::{Cell, SessionId},
    realm::{AccountId, RealmName},
    store::{AccountKey, SessionKey},
};

/// Keys and values are bytes; their meaning stands in `row.rs`.
pub(super) type Bytes = &'static [u8];

type Definition = TableDefinition<'static, Bytes, Bytes>;

const SESSIONS: Definition = TableDefinition::new("sessions");
const USES: Definition = TableDefinition::new("uses");
const ACCOUNTS: Definition = TableDefinition::new("accounts");
const REALMS: Definition = TableDefinition::new("realms");
const CELLS: Definition = TableDefinition::new("cells");
const LOG: Definition = TableDefinition::new("log");
const CONTROL: Definition = TableDefinition::new("control");
/// Read before anything else: by a program of any version.
pub(super) const SCHEMA: Definition = TableDefinition::new("schema");

/// The tables, open for reading or writing.
pub(super) struct Tables<T> {
    pub(super) sessions: T,
    /// Last uses that are later than what the session's own row says.
    pub(super) uses: T,
    pub(super) accounts: T,
    pub(super) realms: T,
    pub(super) cells: T,
    pub(super) log: T,
    pub(super) control: T,
}

pub(super) type Snapshot = Tables<ReadOnlyTable<Bytes, Bytes>>;
pub(super) type Writing<'a> = Tables<Table<'a, Bytes, Bytes>>;

impl Snapshot {
    pub(super) fn of(transaction: &ReadTransaction) -> Result<Self, TableError> {
        Ok(Self {
            sessions: transaction.open_table(SESSIONS)?,
            uses: transaction.open_table(USES)?,
            accounts: transaction.open_table(ACCOUNTS)?,
            realms: transaction.open_table(REALMS)?,
            cells: transaction.open_table(CELLS)?,
            log: transaction.open_table(LOG)?,
            control: transaction.open_table(CONTROL)?,
        })
    }
}

impl<'a> Writing<'a> {
    /// Opens the tables; makes those that are not there.
    pub(super) fn of(transaction: &'a WriteTransaction) -> Result<Self, TableError> {
        Ok(Self {
            sessions: transaction.open_table(SESSIONS)?,
            uses: transaction.open_table(USES)?,
            accounts: transaction.open_table(ACCOUNTS)?,
            realms: transaction.open_table(REALMS)?,
            cells: transaction.open_table(CELLS)?,
            log: transaction.open_table(LOG)?,
            control: transaction.open_table(CONTROL)?,
        })
    }
}

/// Cell, realm, a zero byte (no realm has one in its name), id.
pub(super) fn session_key(key: &SessionKey) -> Vec<u8> {
    let mut bytes = realm_prefix(key.cell(), &key.realm);
    bytes.extend_from_slice(key.id.as_bytes());
    bytes
}

/// The other way round; `None` if these bytes are no such key.
pub(super) fn parse_session_key(bytes: &[u8]) -> Option<SessionKey> {
    let (realm, rest) = split_realm(bytes.get(1..)?)?;
    let id = SessionId::from_bytes(rest.try_into().ok()?);
    (id.cell().number() == bytes[0]).then(|| SessionKey::new(realm, id))
}

/// Cell, realm, a zero byte: the beginning of every key of a realm in a cell.
pub(super) fn realm_prefix(cell: Cell, realm: &RealmName) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64);
    bytes.push(cell.number());
    bytes.extend_from_slice(realm.as_str().as_bytes());
    bytes.push(0);
    bytes
}

pub(super) fn parse_realm_key(bytes: &[u8]) -> Option<RealmName> {
    split_realm(bytes.get(1..)?).map(|(realm, _)| realm)
}

/// The row of an account: its realm's prefix, its id, a zero byte (no account id has one).
pub(super) fn account_key(cell: Cell, realm: &RealmName, id: &AccountId) -> Vec<u8> {
    let mut bytes = realm_prefix(cell, realm);
    bytes.extend_from_slice(id.as_str().as_bytes());
    bytes.push(0);
    bytes
}

/// An entry of an account's index: the key of its row and the session.
pub(super) fn index_key(cell: Cell, realm: &RealmName, id: &AccountId, session: SessionId) -> Vec<u8> {
    let mut bytes = account_key(cell, realm, id);
    bytes.extend_from_slice(session.as_bytes());
    bytes
}

/// What a key of the accounts table names.
pub(super) enum AccountRow {
    State(AccountKey),
    #[allow(dead_code, reason = "read by tests until the offline check is there")]
    Session(AccountKey, SessionId),
}

pub(super) fn parse_account_key(bytes: &[u8]) -> Option<AccountRow> {
    let cell = Cell::new(*bytes.first()?);
    let (realm, rest) = split_realm(&bytes[1..])?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    let id = AccountId::new(std::str::from_utf8(&rest[..end]).ok()?).ok()?;
    let account = AccountKey { realm, id, cell };
    match &rest[end + 1..] {
        [] => Some(AccountRow::State(account)),
        session => Some(AccountRow::Session(account, SessionId::from_bytes(session.try_into().ok()?))),
    }
}

/// Cell and position.
pub(super) fn log_key(cell: Cell, position: u64) -> [u8; 9] {
    let mut bytes = [0; 9];
    bytes[0] = cell.number();
    bytes[1..].copy_from_slice(&position.to_be_bytes());
    bytes
}

pub(super) fn parse_log_key(bytes: &[u8]) -> Option<(Cell, u64)> {
    let (cell, position) = bytes.split_first()?;
    Some((Cell::new(*cell), u64::from_be_bytes(position.try_into().ok()?)))
}

/// Where the keys that begin with `prefix` end.
pub(super) fn end_of(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            return end;
        }
    }
    // Only prefixes of nothing but 0xff have no end: longer than any key of ours.
    vec![0xff; 512]
}

fn split_realm(bytes: &[u8]) -> Option<(RealmName, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let realm = RealmName::new(std::str::from_utf8(&bytes[..end]).ok()?).ok()?;
    Some((realm, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_and_sort_by_cell_realm_and_time() {
        let realm = RealmName::new("shop").unwrap();
        let account = AccountId::new("anna@example.com").unwrap();
        let id = |cell, time: u8| {
            let mut bytes = [7; 16];
            (bytes[0], bytes[1]) = (cell, time);
            SessionId::from_bytes(bytes)
        };
        let key = SessionKey::new(realm.clone(), id(3, 1));
        assert_eq!(parse_session_key(&session_key(&key)), Some(key.clone()));
        assert!(session_key(&key) < session_key(&SessionKey::new(realm.clone(), id(3, 2))));
        assert!(session_key(&key) < session_key(&SessionKey::new(RealmName::default(), id(4, 0))));

        let cell = Cell::new(3);
        assert_eq!(parse_log_key(&log_key(Cell::new(9), 7)), Some((Cell::new(9), 7)));
        let row = account_key(cell, &realm, &account);
        let entry = index_key(cell, &realm, &account, id(3, 1));
        assert!(row < entry && entry < end_of(&row));
        assert!(matches!(parse_account_key(&row), Some(AccountRow::State(key)) if key.id == account));
        assert!(
            matches!(parse_account_key(&entry), Some(AccountRow::Session(_, there)) if there == id(3, 1))
        );
    }

    #[test]
    fn bytes_that_are_no_key_are_told() {
        for bytes in [&[][..], &[1], b"\x01realm", b"\x01realm\0short", b"\x01Realm\0aaaaaaaaaaaaaaaa"] {
            assert!(parse_session_key(bytes).is_none(), "{bytes:?}");
            assert!(parse_account_key(bytes).is_none(), "{bytes:?}");
        }
        assert_eq!(end_of(&[1, 0xff]), [2]);
        assert!(end_of(&[0xff, 0xff]) > vec![0xff; 100]);
    }
}
