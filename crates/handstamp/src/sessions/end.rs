//! End: one session of an account, all but one, or all of them.

use super::{Sessions, account::Account};
use crate::{
    id::SessionId,
    log::Change,
    reason::{Actor, EndReason, Ending},
    store::{Condition, End, EndOutcome, StoreError, Target},
};

/// Why an end is not known to have happened. Repeating it is safe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EndError {
    /// The store could not answer: not known to have ended.
    #[error("not known to have ended: {0}")]
    Store(#[from] StoreError),
    /// This account has no such session. Also said for sessions of others, so that ids tell nothing.
    #[error("this account has no such session")]
    NotFound,
}

/// What an end ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// The sessions that ended by this call; those that had ended before are not among them.
    pub sessions: Vec<SessionId>,
}

impl Account {
    /// Ends one session of this account, from another device of the same person: reason `revoked`.
    pub async fn end(&self, session: SessionId) -> Result<Ended, EndError> {
        self.end_for(session, EndReason::Revoked, Actor::Person).await
    }

    /// Ends one session of this account on an administrator's behalf: reason `admin`.
    pub async fn end_as_admin(&self, session: SessionId) -> Result<Ended, EndError> {
        self.end_for(session, EndReason::Admin, Actor::Admin).await
    }

    async fn end_for(&self, session: SessionId, reason: EndReason, by: Actor) -> Result<Ended, EndError> {
        let sessions = self.sessions();
        let loaded =
            sessions.load(session).await?.filter(|loaded| loaded.session.account.as_ref() == Some(self.id()));
        if loaded.is_none() {
            return Err(EndError::NotFound);
        }
        let ending = Ending::new(reason, by, sessions.now());
        let end =
            End { target: Target::One(sessions.key(session), Condition::Always), ending: ending.clone() };
        let answer = sessions.write(|| sessions.inner.store.end(end.clone())).await?;
        match answer.outcome {
            EndOutcome::Ended(ended) => {
                tracing::info!(%session, %reason, "session ended");
                sessions.observe(&Change::Ended { session, ending });
                Ok(Ended { sessions: ended })
            }
            // The first try was applied and its answer lost.
            EndOutcome::AlreadyEnded(there) if answer.repeated && there.reason == reason => {
                sessions.observe(&Change::Ended { session, ending: there });
                Ok(Ended { sessions: vec![session] })
            }
            EndOutcome::AlreadyEnded(_) | EndOutcome::Unknown => Ok(Ended { sessions: Vec::new() }),
            EndOutcome::Conflict => {
                Err(StoreError::unavailable("the store refused an unconditional end").into())
            }
        }
    }

    /// Ends every session of this account but one: "sign out my other devices".
    pub async fn end_others(&self, kept: SessionId) -> Result<Ended, EndError> {
        let key = self.sessions().account_key(self.id()).await?;
        self.end_many(Target::AllBut(key, kept), EndReason::Revoked, Actor::Person, Some(kept)).await
    }

    /// Ends every session of this account, this one included.
    pub async fn end_all(&self) -> Result<Ended, EndError> {
        let key = self.sessions().account_key(self.id()).await?;
        self.end_many(Target::Account(key), EndReason::Revoked, Actor::Person, None).await
    }

    /// Ends every session of this account on an administrator's behalf (ASVS V7.4.5).
    pub async fn end_all_as_admin(&self) -> Result<Ended, EndError> {
        let key = self.sessions().account_key(self.id()).await?;
        self.end_many(Target::Account(key), EndReason::Admin, Actor::Admin, None).await
    }

    async fn end_many(
        &self,
        target: Target,
        reason: EndReason,
        by: Actor,
        kept: Option<SessionId>,
    ) -> Result<Ended, EndError> {
        let sessions = self.sessions();
        let end = End { target, ending: Ending::new(reason, by, sessions.now()) };
        // Not repeated: the answer to a second one would not say what the first one ended.
        let EndOutcome::Ended(ended) = sessions.call(sessions.inner.store.end(end)).await? else {
            return Err(StoreError::unavailable("the store did not end the account's sessions").into());
        };
        tracing::info!(ended = ended.len(), %reason, "sessions of an account ended");
        if !ended.is_empty() {
            sessions.observe(&Change::AccountEnded { reason, sessions: ended.clone(), kept });
        }
        Ok(Ended { sessions: ended })
    }
}

impl Sessions {
    /// Ends one session by its public name, whoever's it is: for administrators.
    pub async fn end_as_admin(&self, session: SessionId) -> Result<Ended, EndError> {
        let ending = Ending::new(EndReason::Admin, Actor::Admin, self.now());
        let end = End { target: Target::One(self.key(session), Condition::Always), ending: ending.clone() };
        let answer = self.write(|| self.inner.store.end(end.clone())).await?;
        match answer.outcome {
            EndOutcome::Ended(ended) => {
                self.observe(&Change::Ended { session, ending });
                Ok(Ended { sessions: ended })
            }
            EndOutcome::AlreadyEnded(_) => Ok(Ended { sessions: Vec::new() }),
            EndOutcome::Unknown => Err(EndError::NotFound),
            EndOutcome::Conflict => {
                Err(StoreError::unavailable("the store refused an unconditional end").into())
            }
        }
    }
}
