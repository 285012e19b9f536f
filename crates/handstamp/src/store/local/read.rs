//! Reading sessions, accounts and the log.

use super::rows::{Glance, Rows, Stretch};
use crate::{
    realm::{AccountId, RealmName},
    store::{
        AccountKey, AccountState, CellState, ChangesPage, List, ListPage, Loaded, ScanFilter, SessionKey,
        StoreError, StoredSession,
    },
};

/// The state of an account, with or without a row.
pub(in crate::store) fn account_state(
    rows: &impl Rows,
    realm: &RealmName,
    id: &AccountId,
) -> Result<AccountState, StoreError> {
    state_in(rows, rows.account(realm, id)?.as_ref())
}

/// The state that a row says, or that its absence says.
pub(super) fn state_in(rows: &impl Rows, row: Option<&AccountState>) -> Result<AccountState, StoreError> {
    match row {
        Some(state) => Ok(state.clone()),
        None => Ok(AccountState { epoch: rows.meta()?.floor, ..AccountState::default() }),
    }
}

/// What a verdict on a session depends on besides itself.
pub(super) fn state_of(
    rows: &impl Rows,
    session: &StoredSession,
) -> Result<(AccountState, CellState), StoreError> {
    let realm = &session.key.realm;
    let account = match &session.account {
        Some(id) => account_state(rows, realm, id)?,
        None => AccountState::default(),
    };
    Ok((account, rows.realm(realm)?))
}

/// No recorded end, and no epoch or hold that has ended it.
pub(super) fn may_be_written(rows: &impl Rows, session: &StoredSession) -> Result<bool, StoreError> {
    let (account, cell) = state_of(rows, session)?;
    Ok(session.ending(&account, &cell).is_none())
}

/// Every session of an account, whole.
pub(super) fn sessions_of(
    rows: &impl Rows,
    realm: &RealmName,
    id: &AccountId,
) -> Result<Vec<StoredSession>, StoreError> {
    let mut sessions = Vec::new();
    for id in rows.sessions_of(realm, id, None, usize::MAX)? {
        sessions.extend(rows.session(&SessionKey::new(realm.clone(), id))?);
    }
    Ok(sessions)
}

pub(in crate::store) fn load(rows: &impl Rows, key: &SessionKey) -> Result<Option<Loaded>, StoreError> {
    let Some(session) = rows.session(key)? else { return Ok(None) };
    let (account, cell) = state_of(rows, &session)?;
    Ok(Some(Loaded { session, account, cell }))
}

pub(in crate::store) fn list(rows: &impl Rows, list: &List) -> Result<ListPage, StoreError> {
    let AccountKey { realm, id, .. } = &list.account;
    // One more than asked for tells whether there is more.
    let mut ids = rows.sessions_of(realm, id, list.after, list.limit.saturating_add(1))?;
    let more = ids.len() > list.limit;
    ids.truncate(list.limit);
    let next = if more { ids.last().copied() } else { None };
    let mut sessions = Vec::with_capacity(ids.len());
    for id in ids {
        sessions.extend(rows.session(&SessionKey::new(realm.clone(), id))?);
    }
    Ok(ListPage { sessions, next, account: account_state(rows, realm, id)?, cell: rows.realm(realm)? })
}

pub(in crate::store) fn scan(
    rows: &impl Rows,
    filter: ScanFilter,
    after: Option<&SessionKey>,
    limit: usize,
) -> Result<Stretch, StoreError> {
    let wanted = move |glance: &Glance| match filter {
        ScanFilter::All => true,
        ScanFilter::Live => glance.ended_at.is_none(),
        ScanFilter::Ended => glance.ended_at.is_some(),
    };
    rows.sessions_after(after, limit, &wanted)
}

pub(in crate::store) fn changes(
    rows: &impl Rows,
    after: u64,
    limit: usize,
) -> Result<ChangesPage, StoreError> {
    let meta = rows.meta()?;
    if after.saturating_add(1) < meta.first || after > meta.written {
        return Ok(ChangesPage::Behind { resume: meta.written });
    }
    Ok(ChangesPage::Entries(rows.entries(after, limit)?))
}
