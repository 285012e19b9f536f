//! Ending what has run out and forgetting what was kept long enough.
//!
//! In two halves: [`look`] passes over sessions and picks those with something to do, from any
//! consistent view; [`sweep`] then does it, on the condition that it is still so. A store in which
//! looking is cheap and writing is one at a time looks beside its writer.

use std::{collections::HashMap, time::Duration};

use super::{
    read::state_of,
    rows::{Glance, Rows, RowsMut},
    write::{clock, record_end},
};
use crate::{
    id::SessionId,
    policy::ClockTable,
    realm::AccountId,
    reason::{Actor, Ending},
    store::{SessionKey, StoreError, StoredSession, StoredState, Sweep, Swept},
    time::Timestamp,
};

/// Sessions that have something to do, and how far the look went.
pub(in crate::store) struct Look {
    pub(in crate::store) keys: Vec<SessionKey>,
    pub(in crate::store) seen: usize,
    pub(in crate::store) next: Option<SessionKey>,
}

/// By account: the oldest end that is kept, if there are more.
type Kept = HashMap<AccountId, Option<(Timestamp, SessionId)>>;

pub(in crate::store) fn look(
    rows: &impl Rows,
    sweep: &Sweep,
    after: Option<&SessionKey>,
) -> Result<Look, StoreError> {
    let at = rows.meta()?.latest.max(sweep.at);
    let epoch = rows.realm(&sweep.realm)?.epoch;
    let soonest = Soonest::of(&sweep.clocks);
    // An account's epoch and hold never go up without the ends of its sessions, so they need no look.
    let wanted = move |glance: &Glance| {
        glance.ended_at.is_some()
            || glance.special
            || glance.cell_epoch < epoch
            || soonest.may_have_passed(glance, at)
    };
    let stretch = rows.sessions_after(after, sweep.limit, &wanted)?;
    let mut kept = Kept::new();
    let mut keys = Vec::new();
    for session in stretch.sessions {
        if session.key.realm == sweep.realm && has_work(rows, sweep, &session, at, &mut kept)? {
            keys.push(session.key);
        }
    }
    Ok(Look { keys, seen: stretch.seen, next: stretch.next })
}

pub(in crate::store) fn sweep(
    rows: &mut impl RowsMut,
    sweep: &Sweep,
    keys: &[SessionKey],
) -> Result<Swept, StoreError> {
    let at = clock(rows, sweep.at)?;
    let mut swept = Swept::default();
    let mut kept = Kept::new();
    for key in keys {
        let Some(session) = rows.session(key)? else { continue };
        match work(rows, sweep, &session, at, &mut kept)? {
            Some(Work::End(ending)) => {
                record_end(rows, session, ending.clone(), at)?;
                swept.ended.push((key.clone(), ending));
            }
            Some(Work::Forget) => {
                forget(rows, &session)?;
                swept.forgotten += 1;
            }
            Some(Work::Finish) => swept.unfinished.push(key.clone()),
            Some(Work::Settle) => swept.unsettled.push(key.clone()),
            None => {}
        }
    }
    Ok(swept)
}

enum Work {
    End(Ending),
    Forget,
    Finish,
    Settle,
}

fn has_work(
    rows: &impl Rows,
    sweep: &Sweep,
    session: &StoredSession,
    at: Timestamp,
    kept: &mut Kept,
) -> Result<bool, StoreError> {
    Ok(work(rows, sweep, session, at, kept)?.is_some())
}

fn work(
    rows: &impl Rows,
    sweep: &Sweep,
    session: &StoredSession,
    at: Timestamp,
    kept: &mut Kept,
) -> Result<Option<Work>, StoreError> {
    if let StoredState::Ended(ending) = &session.state {
        let forget =
            at.since(ending.at) >= sweep.ended_retention || is_surplus(rows, sweep, session, ending, kept)?;
        return Ok(forget.then_some(Work::Forget));
    }
    let (account, cell) = state_of(rows, session)?;
    let expired = || session.expired(&sweep.clocks, at).map(|why| Ending::new(why, Actor::System, at));
    if let Some(ending) = session.ending(&account, &cell).or_else(expired) {
        return Ok(Some(Work::End(ending)));
    }
    if session.replaces.is_some() {
        return Ok(Some(Work::Finish));
    }
    Ok(session.unsettled.then_some(Work::Settle))
}

/// Is this ended session beyond what is kept for its account? The newest ends are kept. Counted
/// once per account and step.
fn is_surplus(
    rows: &impl Rows,
    sweep: &Sweep,
    session: &StoredSession,
    ending: &Ending,
    kept: &mut Kept,
) -> Result<bool, StoreError> {
    let Some(account) = &session.account else { return Ok(false) };
    let oldest = if let Some(oldest) = kept.get(account) {
        *oldest
    } else {
        let oldest = oldest_kept(rows, sweep, account)?;
        kept.insert(account.clone(), oldest);
        oldest
    };
    Ok(oldest.is_some_and(|oldest| (ending.at, session.key.id) < oldest))
}

/// The oldest end that is kept for an account, if it has more than are kept.
fn oldest_kept(
    rows: &impl Rows,
    sweep: &Sweep,
    account: &AccountId,
) -> Result<Option<(Timestamp, SessionId)>, StoreError> {
    let ids = rows.sessions_of(&sweep.realm, account, None, usize::MAX)?;
    // Most accounts have fewer sessions than ends are kept: nothing has to be read of them.
    if ids.len() <= sweep.ended_per_account {
        return Ok(None);
    }
    let mut ends = Vec::new();
    for id in ids {
        if let Some(session) = rows.session(&SessionKey::new(sweep.realm.clone(), id))?
            && let StoredState::Ended(ending) = session.state
        {
            ends.push((ending.at, id));
        }
    }
    if ends.len() <= sweep.ended_per_account {
        return Ok(None);
    }
    ends.sort_unstable_by(|one, other| other.cmp(one));
    // With nothing kept, every end is older than the end of time.
    let last = sweep.ended_per_account.checked_sub(1);
    Ok(last.map_or(Some((Timestamp::from_millis(u64::MAX), ends[0].1)), |last| ends.get(last).copied()))
}

/// Forgets an ended session, and an account without sessions too unless its state says something.
fn forget(rows: &mut impl RowsMut, session: &StoredSession) -> Result<(), StoreError> {
    let realm = &session.key.realm;
    rows.remove_session(&session.key, session.account.as_ref())?;
    let Some(account) = &session.account else { return Ok(()) };
    let floor = rows.meta()?.floor;
    if let Some(state) = rows.account(realm, account)?
        && !state.held
        && state.epoch <= floor
        && rows.sessions_of(realm, account, None, 1)?.is_empty()
    {
        rows.remove_account(realm, account)?;
    }
    Ok(())
}

/// The shortest clocks of any class: who is younger than these needs no closer look.
#[derive(Clone, Copy)]
struct Soonest {
    idle: Duration,
    absolute: Duration,
}

impl Soonest {
    fn of(table: &ClockTable) -> Self {
        let all = [table.anonymous, table.browser, table.persistent];
        let shortest =
            |of: fn(&crate::policy::Clocks) -> Duration| all.iter().map(of).min().unwrap_or_default();
        Self {
            idle: shortest(|clocks| clocks.idle.duration()),
            absolute: shortest(|clocks| clocks.absolute.duration()),
        }
    }

    fn may_have_passed(self, glance: &Glance, at: Timestamp) -> bool {
        at.since(glance.last_use) >= self.idle || at.since(glance.proven_at) >= self.absolute
    }
}
