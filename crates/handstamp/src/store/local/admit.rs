//! Sign-in.

use super::{
    read::{may_be_written, sessions_of, state_in},
    rows::RowsMut,
    write::{clock, record_end, tell},
};
use crate::{
    log::Change,
    policy::CapRule,
    reason::{Actor, EndReason, Ending},
    store::{
        AccountState, Admission, Admit, CellState, Replaced, SessionKey, StoreError, StoredSession,
        StoredState,
    },
    time::Timestamp,
};

pub(in crate::store) fn admit(rows: &mut impl RowsMut, admit: Admit) -> Result<Admission, StoreError> {
    let Some(account) = admit.session.account.clone() else { return Ok(Admission::StaleTicket) };
    let realm = admit.session.key.realm.clone();
    let at = clock(rows, admit.session.created_at)?;
    if let Some(there) = rows.session(&admit.session.key)? {
        let own = there.write == admit.session.write;
        return Ok(if own { Admission::Admitted { ended: Vec::new() } } else { Admission::Exists });
    }
    let row = rows.account(&realm, &account)?;
    let state = state_in(rows, row.as_ref())?;
    if state.held {
        return Ok(Admission::Held);
    }
    if state.epoch != admit.epoch {
        return Ok(Admission::StaleTicket);
    }
    if !rows.has_room() {
        return Ok(Admission::NoRoom);
    }
    let old = match admit.replaced {
        Some(replaced) => match replaceable(rows, &admit, replaced)? {
            Ok(old) => Some(old),
            Err(refusal) => return Ok(refusal),
        },
        None => None,
    };
    let cell = rows.realm(&realm)?;
    let above_cap = match &row {
        Some(state) => above_cap(rows, &admit, (state, &cell), at)?,
        // Without a row there are no sessions: this is the first.
        None => Some(Vec::new()),
    };
    let Some(above_cap) = above_cap else { return Ok(Admission::Full) };

    // Everything is checked; from here on everything happens.
    let ended = above_cap.iter().map(|session| session.key.id).collect();
    for session in above_cap {
        record_end(rows, session, Ending::new(EndReason::Limit, Actor::System, at), at)?;
    }
    let Admit { mut session, replaced, epoch, .. } = admit;
    let replaces = session.replaces.or(replaced.map(|replaced| replaced.id));
    if let Some(old) = old {
        let ending = Ending::new(EndReason::Replaced, Actor::Person, at).replaced_by(session.key.id);
        record_end(rows, old, ending, at)?;
    }
    session.cell_epoch = cell.epoch;
    session.account_epoch = epoch;
    if row.is_none() {
        rows.put_account(&realm, &account, &state)?;
    }
    let change = Change::SignedIn { session: session.key.id, replaces };
    rows.put_session(session)?;
    tell(rows, &realm, Some(account), Actor::Person, at, change)?;
    Ok(Admission::Admitted { ended })
}

/// The old session of the same cell, if it is as it was when its data was carried.
fn replaceable(
    rows: &impl RowsMut,
    admit: &Admit,
    replaced: Replaced,
) -> Result<Result<StoredSession, Admission>, StoreError> {
    // What was carried may be stale, or of a session that somebody wanted gone.
    let key = SessionKey::new(admit.session.key.realm.clone(), replaced.id);
    let Some(old) = rows.session(&key)? else { return Ok(Err(Admission::Conflict)) };
    if let StoredState::Ended(ending) = &old.state
        && ending.reason == EndReason::Replaced
    {
        return Ok(Err(Admission::Lost));
    }
    let unmoved = old.data_write == replaced.data_write && old.privilege == replaced.privilege;
    let holds = unmoved && may_be_written(rows, &old)?;
    Ok(if holds { Ok(old) } else { Err(Admission::Conflict) })
}

/// The sessions that have to end for the cap, oldest proof first; `None` if the rule is to refuse.
fn above_cap(
    rows: &impl RowsMut,
    admit: &Admit,
    (account, cell): (&AccountState, &CellState),
    at: Timestamp,
) -> Result<Option<Vec<StoredSession>>, StoreError> {
    let Some(id) = &admit.session.account else { return Ok(Some(Vec::new())) };
    let (realm, allowed) =
        (&admit.session.key.realm, usize::try_from(admit.cap.sessions).unwrap_or(usize::MAX));
    // Most accounts have fewer sessions than that, the ended ones included: none of them has to be read.
    if rows.sessions_of(realm, id, None, allowed)?.len() < allowed {
        return Ok(Some(Vec::new()));
    }
    let mut alive = sessions_of(rows, realm, id)?;
    alive.retain(|session| {
        let replaced = admit.replaced.is_some_and(|replaced| replaced.id == session.key.id);
        !replaced && session.is_alive(account, cell, &admit.clocks, at)
    });
    let above = (alive.len() + 1).saturating_sub(allowed);
    if above > 0 && admit.cap.rule == CapRule::Refuse {
        return Ok(None);
    }
    alive.sort_unstable_by_key(|session| (session.proven_at, session.key.id));
    alive.truncate(above);
    Ok(Some(alive))
}
