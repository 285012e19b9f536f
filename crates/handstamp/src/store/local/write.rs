//! Creating, committing, renewing, touching and ending.

use super::{
    read::{may_be_written, sessions_of, state_of},
    rows::RowsMut,
};
use crate::{
    id::SessionId,
    log::{Change, Entry},
    realm::{AccountId, RealmName},
    reason::{Actor, Ending},
    store::{
        AccountKey, Commit, Condition, CreateOutcome, End, EndOutcome, Renew, SessionKey, StoreError,
        StoredSession, StoredState, Target, Touch, WriteOutcome,
    },
    time::Timestamp,
};

/// Store time: never runs backwards within a cell.
pub(super) fn clock(rows: &mut impl RowsMut, at: Timestamp) -> Result<Timestamp, StoreError> {
    let meta = rows.meta()?;
    if at > meta.latest {
        rows.set_meta(super::CellMeta { latest: at, ..meta })?;
    }
    Ok(meta.latest.max(at))
}

/// Writes a log entry at the next position.
pub(super) fn tell(
    rows: &mut impl RowsMut,
    realm: &RealmName,
    account: Option<AccountId>,
    by: Actor,
    at: Timestamp,
    change: Change,
) -> Result<(), StoreError> {
    let position = rows.meta()?.written + 1;
    rows.append(Entry::new(realm.clone(), rows.cell(), position, at, by, change).of(account))
}

/// Puts a changed session in its place and writes the entry.
fn put(
    rows: &mut impl RowsMut,
    session: StoredSession,
    by: Actor,
    at: Timestamp,
    change: Change,
) -> Result<(), StoreError> {
    let (realm, account) = (session.key.realm.clone(), session.account.clone());
    rows.put_session(session)?;
    tell(rows, &realm, account, by, at, change)
}

pub(in crate::store) fn create(
    rows: &mut impl RowsMut,
    mut session: StoredSession,
) -> Result<CreateOutcome, StoreError> {
    if let Some(there) = rows.session(&session.key)? {
        let own = there.write == session.write;
        return Ok(if own { CreateOutcome::Done } else { CreateOutcome::Exists });
    }
    if !rows.has_room() {
        return Ok(CreateOutcome::NoRoom);
    }
    let at = clock(rows, session.created_at)?;
    session.cell_epoch = rows.realm(&session.key.realm)?.epoch;
    let began = Change::Began { session: session.key.id };
    put(rows, session, Actor::Person, at, began)?;
    Ok(CreateOutcome::Done)
}

pub(in crate::store) fn commit(rows: &mut impl RowsMut, commit: Commit) -> Result<WriteOutcome, StoreError> {
    let at = clock(rows, commit.at)?;
    let Some(mut session) = rows.session(&commit.key)? else { return Ok(WriteOutcome::Gone) };
    if !may_be_written(rows, &session)? {
        return Ok(WriteOutcome::Gone);
    }
    if session.data_write == commit.write {
        return Ok(WriteOutcome::Done);
    }
    if session.privilege != commit.privilege {
        return Ok(WriteOutcome::Superseded);
    }
    if session.data_write != commit.seen {
        return Ok(WriteOutcome::Conflict);
    }
    session.data_write = commit.write;
    session.data = commit.data;
    put(rows, session, Actor::Person, at, Change::Edited { session: commit.key.id })?;
    Ok(WriteOutcome::Done)
}

pub(in crate::store) fn renew(rows: &mut impl RowsMut, renew: Renew) -> Result<WriteOutcome, StoreError> {
    let at = clock(rows, renew.at)?;
    let Some(mut session) = rows.session(&renew.key)? else { return Ok(WriteOutcome::Gone) };
    if !may_be_written(rows, &session)? {
        return Ok(WriteOutcome::Gone);
    }
    if session.write == renew.write {
        return Ok(WriteOutcome::Done);
    }
    if session.write != renew.seen {
        return Ok(WriteOutcome::Conflict);
    }
    session.write = renew.write;
    session.body = renew.body;
    if let Some(proven_at) = renew.proven_at {
        session.proven_at = proven_at;
        session.last_use = session.last_use.max(at);
    }
    session.unsettled = renew.unsettled;
    if renew.raises_privilege {
        session.privilege = session.privilege.next();
    }
    if renew.replacement_finished {
        session.replaces = None;
    }
    put(rows, session, renew.by, at, renew.change)?;
    Ok(WriteOutcome::Done)
}

pub(in crate::store) fn touch(rows: &mut impl RowsMut, touch: &Touch) -> Result<(), StoreError> {
    let Some(session) = rows.session(&touch.key)? else { return Ok(()) };
    if touch.at > session.last_use && may_be_written(rows, &session)? {
        rows.put_use(&session, touch.at)?;
    }
    Ok(())
}

pub(in crate::store) fn end(rows: &mut impl RowsMut, end: End) -> Result<EndOutcome, StoreError> {
    let End { target, ending } = end;
    match target {
        Target::One(key, condition) => end_one(rows, &key, condition, &ending),
        Target::Account(account) => end_account(rows, &account, None, &ending),
        Target::AllBut(account, kept) => end_account(rows, &account, Some(kept), &ending),
        Target::Cell(realm, _) => {
            end_realm(rows, &realm, &ending)?;
            Ok(EndOutcome::Ended(Vec::new()))
        }
    }
}

fn end_one(
    rows: &mut impl RowsMut,
    key: &SessionKey,
    condition: Condition,
    ending: &Ending,
) -> Result<EndOutcome, StoreError> {
    let at = clock(rows, ending.at)?;
    let Some(session) = rows.session(key)? else { return Ok(EndOutcome::Unknown) };
    if let StoredState::Ended(earlier) = session.state {
        return Ok(EndOutcome::AlreadyEnded(earlier));
    }
    let holds = match condition {
        Condition::Always => true,
        Condition::AtWrite(write) => session.write == write,
        Condition::AtData(write) => session.data_write == write,
        Condition::AtPrivilege(privilege) => session.privilege == privilege,
        Condition::Expired(clocks) => session.expired(&clocks, at).is_some(),
    };
    if !holds {
        return Ok(EndOutcome::Conflict);
    }
    // An epoch or a hold came first: what it said stays the reason.
    let (account, cell) = state_of(rows, &session)?;
    let ending = session.ending(&account, &cell).unwrap_or_else(|| Ending { at, ..ending.clone() });
    record_end(rows, session, ending, at)?;
    Ok(EndOutcome::Ended(vec![key.id]))
}

fn end_account(
    rows: &mut impl RowsMut,
    account: &AccountKey,
    kept: Option<SessionId>,
    ending: &Ending,
) -> Result<EndOutcome, StoreError> {
    let at = clock(rows, ending.at)?;
    let sessions = end_silently(rows, account, kept, &Ending { at, ..ending.clone() })?;
    if !sessions.is_empty() {
        let change = Change::AccountEnded { reason: ending.reason, sessions: sessions.clone(), kept };
        tell(rows, &account.realm, Some(account.id.clone()), ending.by, at, change)?;
    }
    Ok(EndOutcome::Ended(sessions))
}

pub(in crate::store) fn end_realm(
    rows: &mut impl RowsMut,
    realm: &RealmName,
    ending: &Ending,
) -> Result<(), StoreError> {
    let at = clock(rows, ending.at)?;
    let mut state = rows.realm(realm)?;
    state.epoch = state.epoch.next();
    state.ended_at = at;
    rows.put_realm(realm, state)?;
    tell(rows, realm, None, ending.by, at, Change::RealmEnded)
}

/// Ends sessions of an account whose ends one entry of the caller's will tell.
pub(super) fn end_silently(
    rows: &mut impl RowsMut,
    account: &AccountKey,
    kept: Option<SessionId>,
    ending: &Ending,
) -> Result<Vec<SessionId>, StoreError> {
    let mut sessions = sessions_of(rows, &account.realm, &account.id)?;
    sessions.retain(|session| kept != Some(session.key.id) && session.state == StoredState::Live);
    let ended = sessions.iter().map(|session| session.key.id).collect();
    for mut session in sessions {
        session.end(ending.clone());
        rows.put_session(session)?;
    }
    Ok(ended)
}

/// Records one end with its entry.
pub(super) fn record_end(
    rows: &mut impl RowsMut,
    mut session: StoredSession,
    ending: Ending,
    at: Timestamp,
) -> Result<(), StoreError> {
    let change = Change::Ended { session: session.key.id, ending: ending.clone() };
    let by = ending.by;
    session.end(ending);
    put(rows, session, by, at, change)
}
