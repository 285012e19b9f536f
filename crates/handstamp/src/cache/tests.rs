//! The cache over a store whose feed is pumped by hand, and what the rooms' own tests are built of.

use std::sync::Arc;

use crate::{
    id::{Cell, SessionId, WriteId},
    policy::{SessionClass, Shorter},
    realm::{AccountId, RealmName},
    store::{AccountState, CellState, Epoch, Loaded, SessionKey, StoredSession, StoredState},
    time::Timestamp,
};

/// A live session with a small record.
pub(super) fn session_of(cell: Cell, number: u64, account: Option<&str>) -> Loaded {
    let mut id = [0; 16];
    id[0] = cell.number();
    id[8..].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    let at = Timestamp::from_millis(1);
    let session = StoredSession {
        key: SessionKey::new(RealmName::default(), SessionId::from_bytes(id)),
        account: account.map(|account| AccountId::new(account).unwrap()),
        class: SessionClass::Browser,
        created_at: at,
        proven_at: at,
        shorter: Shorter::default(),
        account_epoch: Epoch::default(),
        cell_epoch: Epoch::default(),
        privilege: Epoch::default(),
        unsettled: false,
        write: WriteId::generate(),
        data_write: WriteId::generate(),
        replaces: None,
        state: StoredState::Live,
        last_use: at,
        body: Arc::from([0; 200]),
        data: Arc::from([0; 40]),
    };
    Loaded { session, account: AccountState::default(), cell: CellState::default() }
}
