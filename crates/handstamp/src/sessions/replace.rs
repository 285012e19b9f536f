//! Finishing a sign-in over an old session of another cell.
//!
//! The new session is admitted first and names the one it replaces; the old one is then ended at the
//! data that was carried. A crash between the two leaves both alive, and any load of the new one, or
//! the sweep, comes here to finish.

use std::sync::Arc;

use super::Sessions;
use crate::{
    id::{SessionId, WriteId},
    log::Change,
    reason::{Actor, EndReason, Ending},
    slot::SlotData,
    store::{
        Commit, Condition, End, EndOutcome, Loaded, Renew, SessionKey, StoreError, StoredSession,
        StoredState, Target, WriteOutcome,
    },
};

/// As many as an edit gets: every round that is lost was won by an edit that went along.
const ROUNDS: usize = 256;

pub(super) enum Replacement {
    /// The old session has ended and its data is here.
    Finished,
    /// Another sign-in took its place first; this session has been ended.
    Lost,
}

impl Sessions {
    pub(super) async fn finish_replacement(&self, new: &StoredSession) -> Result<Replacement, StoreError> {
        let key = new.key.clone();
        for _ in 0..ROUNDS {
            let Some(Loaded { session: new, .. }) = self.load(key.id).await? else {
                return Ok(Replacement::Lost);
            };
            if let StoredState::Ended(_) = new.state {
                return Ok(Replacement::Lost);
            }
            let Some(replaces) = new.replaces else { return Ok(Replacement::Finished) };
            let old = self.load(replaces).await?;
            let ending = old.as_ref().map(|old| old.session.ending(&old.account, &old.cell));
            match (ending, old.map(|old| old.session)) {
                // Ended by this sign-in, by another one, or otherwise; or forgotten since.
                (Some(Some(ending)), _) if ending.replaced_by == Some(key.id) => {}
                (Some(Some(ending)), _)
                    if ending.reason == EndReason::Replaced && self.stands(ending.replaced_by).await? =>
                {
                    self.end_own(&new).await?;
                    return Ok(Replacement::Lost);
                }
                // This sign-in has pushed the winner out over the cap: it takes the winner's place, or
                // nobody would be signed in.
                (Some(Some(ending)), _) if ending.reason == EndReason::Replaced => {}
                // Whoever ended it otherwise wanted it gone: nothing of it stays.
                (Some(Some(_)) | None, _) | (_, None) => {
                    if !self.put_data(&new, &SlotData::default()).await? {
                        continue;
                    }
                }
                (Some(None), Some(old)) => {
                    if !self.carry_again(&new, &old).await? || !self.end_old(&old, &key).await? {
                        continue;
                    }
                }
            }
            match self.mark_finished(&key).await {
                Ok(false) => {}
                Ok(true) => return Ok(Replacement::Finished),
                // The old session has ended: that is what counts. The next load marks it.
                Err(error) => {
                    tracing::warn!(%error, session = %key.id, "a sign-in is complete but not marked so yet");
                    return Ok(Replacement::Finished);
                }
            }
        }
        Err(StoreError::unavailable("the replaced session moves faster than it can be ended"))
    }

    /// Does the sign-in that was first stand? Not if it was ended for the cap since.
    async fn stands(&self, winner: Option<SessionId>) -> Result<bool, StoreError> {
        let Some(winner) = winner else { return Ok(true) };
        let state = self.load(winner).await?.map(|loaded| loaded.session.state);
        Ok(!matches!(state, Some(StoredState::Ended(ending)) if ending.reason == EndReason::Limit))
    }

    /// Makes the new session's data what the old one's is now.
    async fn carry_again(&self, new: &StoredSession, old: &StoredSession) -> Result<bool, StoreError> {
        let data = SlotData::decode(&old.data)?.carried();
        self.put_data(new, &data).await
    }

    async fn put_data(&self, new: &StoredSession, data: &SlotData) -> Result<bool, StoreError> {
        let bytes = data.encode();
        if *new.data == *bytes {
            return Ok(true);
        }
        let commit = Commit {
            key: new.key.clone(),
            seen: new.data_write,
            privilege: new.privilege,
            write: WriteId::generate(),
            data: Arc::from(bytes),
            at: self.now(),
        };
        let answer = self.write(|| self.inner.store.commit(commit.clone())).await?;
        Ok(answer.outcome == WriteOutcome::Done)
    }

    /// Ends the old session at the data that was carried. `false`: look again.
    async fn end_old(&self, old: &StoredSession, new: &SessionKey) -> Result<bool, StoreError> {
        let ending = Ending::new(EndReason::Replaced, Actor::Person, self.now()).replaced_by(new.id);
        let end = End {
            target: Target::One(old.key.clone(), Condition::AtData(old.data_write)),
            ending: ending.clone(),
        };
        let answer = self.write(|| self.inner.store.end(end.clone())).await?;
        let ended = matches!(answer.outcome, EndOutcome::Ended(_));
        if ended {
            self.observe(&Change::Ended { session: old.key.id, ending });
        }
        Ok(ended)
    }

    async fn end_own(&self, new: &StoredSession) -> Result<(), StoreError> {
        let ending = Ending::new(EndReason::Replaced, Actor::System, self.now());
        let end = End { target: Target::One(new.key.clone(), Condition::Always), ending };
        self.write(|| self.inner.store.end(end.clone())).await.map(drop)
    }

    async fn mark_finished(&self, key: &SessionKey) -> Result<bool, StoreError> {
        let Some(Loaded { session, .. }) = self.load(key.id).await? else { return Ok(false) };
        if session.replaces.is_none() {
            return Ok(true);
        }
        let record = session.body.record()?;
        let renew = Renew {
            key: key.clone(),
            seen: session.write,
            write: WriteId::generate(),
            body: record.encode().into(),
            proven_at: None,
            unsettled: session.unsettled,
            raises_privilege: false,
            replacement_finished: true,
            change: Change::ReplacementFinished { session: key.id },
            by: Actor::System,
            at: self.now(),
        };
        let answer = self.write(|| self.inner.store.renew(renew.clone())).await?;
        Ok(answer.outcome == WriteOutcome::Done)
    }
}
