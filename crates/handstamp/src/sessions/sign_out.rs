//! Sign out: the person ends the session, on the server.

use super::{Active, Sessions};
use crate::{
    log::Change,
    reason::{Actor, EndReason, Ending},
    store::{Condition, End, EndOutcome, StoreError, Target},
};

/// The sign-out could not be recorded: **the session still lives.** Say so; never show a page that
/// claims otherwise (promise 12).
#[derive(Debug, thiserror::Error)]
#[error("the sign-out could not be recorded, the session still lives: {0}")]
#[non_exhaustive]
pub struct SignOutError(#[from] pub StoreError);

impl Sessions {
    /// Ends the session. When this returns, no write, renewal or sign-in succeeds on it anywhere; it
    /// stays ended however many requests of it are still under way (CVE-2025-46336).
    pub async fn sign_out(&self, session: &Active) -> Result<(), SignOutError> {
        let ending = Ending::new(EndReason::SignedOut, Actor::Person, self.now());
        let key = self.key(session.id());
        let end = End { target: Target::One(key, Condition::Always), ending: ending.clone() };
        let answer = self.write(|| self.inner.store.end(end.clone())).await?;
        match answer.outcome {
            EndOutcome::Ended(_) => {
                tracing::info!(session = %session.id(), "signed out");
                self.observe(&Change::Ended { session: session.id(), ending });
                Ok(())
            }
            // It is over, whoever did it.
            EndOutcome::AlreadyEnded(_) | EndOutcome::Unknown => Ok(()),
            EndOutcome::Conflict => {
                Err(StoreError::unavailable("the store refused an unconditional end").into())
            }
        }
    }
}
