//! Accounts: credential changes, hold, release, erasure.

use super::{
    read::{account_state, may_be_written},
    rows::RowsMut,
    write::{clock, end_silently, tell},
};
use crate::{
    id::SessionId,
    log::Change,
    reason::{EndReason, Ending},
    store::{
        AccountChange, AccountKey, AccountOutcome, AccountState, AccountWork, Kept, SessionKey, StoreError,
        StoredSession,
    },
    time::Timestamp,
};

pub(in crate::store) fn account(
    rows: &mut impl RowsMut,
    change: &AccountChange,
) -> Result<AccountOutcome, StoreError> {
    let account = &change.account;
    let at = clock(rows, change.at)?;
    let held = account_state(rows, &account.realm, &account.id)?.held;
    let ended = match &change.work {
        AccountWork::Read => Vec::new(),
        AccountWork::CredentialsChanged { keep } => {
            return credentials_changed(rows, change, keep.as_ref(), at);
        }
        AccountWork::Hold if held => Vec::new(),
        AccountWork::Hold => {
            let ending = Ending::new(EndReason::AccountHeld, change.by, at);
            let ended = end_silently(rows, account, None, &ending)?;
            move_on(rows, account, at, true)?;
            tell_of(rows, change, at, Change::AccountHeld { sessions: ended.clone() })?;
            ended
        }
        AccountWork::Release if !held => Vec::new(),
        AccountWork::Release => {
            // Sessions that a hold ended by its mere existence stay dead: the epoch goes up.
            move_on(rows, account, at, false)?;
            tell_of(rows, change, at, Change::AccountReleased)?;
            Vec::new()
        }
        AccountWork::Erase => {
            let ended = erase(rows, account)?;
            // Written after the account's name has left the log: it must not come back by this entry.
            let what = Change::AccountErased { sessions: ended.clone() };
            tell(rows, &account.realm, None, change.by, at, what)?;
            ended
        }
    };
    done(rows, account, ended)
}

fn credentials_changed(
    rows: &mut impl RowsMut,
    change: &AccountChange,
    keep: Option<&Kept>,
    at: Timestamp,
) -> Result<AccountOutcome, StoreError> {
    let account = &change.account;
    let kept = match keep {
        None => None,
        Some(kept) => {
            let key = SessionKey::new(account.realm.clone(), kept.id);
            let Some(session) = rows.session(&key)? else { return Ok(AccountOutcome::Gone) };
            if session.account.as_ref() != Some(&account.id) || !may_be_written(rows, &session)? {
                return Ok(AccountOutcome::Gone);
            }
            if session.write == kept.write {
                return done(rows, account, Vec::new());
            }
            if session.write != kept.seen {
                return Ok(AccountOutcome::Conflict);
            }
            Some((session, kept))
        }
    };
    let kept_id = keep.map(|kept| kept.id);
    let ending = Ending::new(EndReason::CredentialsChanged, change.by, at);
    let ended = end_silently(rows, account, kept_id, &ending)?;
    let held = account_state(rows, &account.realm, &account.id)?.held;
    let state = move_on(rows, account, at, held)?;
    if let Some((session, kept)) = kept {
        rows.put_session(StoredSession {
            account_epoch: state.epoch,
            privilege: session.privilege.next(),
            unsettled: true,
            write: kept.write,
            body: kept.body.clone(),
            ..session
        })?;
    }
    tell_of(rows, change, at, Change::CredentialsChanged { sessions: ended.clone(), kept: kept_id })?;
    done(rows, account, ended)
}

/// Forgets the account with everything that was its own.
fn erase(rows: &mut impl RowsMut, account: &AccountKey) -> Result<Vec<SessionId>, StoreError> {
    let AccountKey { realm, id, .. } = account;
    let epoch = account_state(rows, realm, id)?.epoch;
    let sessions = rows.sessions_of(realm, id, None, usize::MAX)?;
    let meta = rows.meta()?;
    rows.set_meta(super::CellMeta { floor: meta.floor.max(epoch).next(), ..meta })?;
    for session in &sessions {
        rows.remove_session(&SessionKey::new(realm.clone(), *session), Some(id))?;
    }
    rows.remove_account(realm, id)?;
    rows.forget_in_log(account)?;
    Ok(sessions)
}

/// The account's next epoch: voids every sign-in that has begun.
fn move_on(
    rows: &mut impl RowsMut,
    account: &AccountKey,
    at: Timestamp,
    held: bool,
) -> Result<AccountState, StoreError> {
    let AccountKey { realm, id, .. } = account;
    let epoch = account_state(rows, realm, id)?.epoch.next();
    let state = AccountState { epoch, held, changed_at: at };
    rows.put_account(realm, id, &state)?;
    Ok(state)
}

fn tell_of(
    rows: &mut impl RowsMut,
    change: &AccountChange,
    at: Timestamp,
    what: Change,
) -> Result<(), StoreError> {
    let account = &change.account;
    tell(rows, &account.realm, Some(account.id.clone()), change.by, at, what)
}

fn done(
    rows: &impl RowsMut,
    account: &AccountKey,
    ended: Vec<SessionId>,
) -> Result<AccountOutcome, StoreError> {
    Ok(AccountOutcome::Done { state: account_state(rows, &account.realm, &account.id)?, ended })
}
