//! Sign out: the person ends the session, on the server.

use super::{Active, Sessions};
use crate::{
    log::Change,
    reason::{Actor, EndReason, Ending},
    store::{Condition, End, EndOutcome, StoreError, Target},
};

/// Why nobody was signed out. **The session still lives.** Say so; never show a page that claims
/// otherwise (promise 12).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignOutError {
    /// The sign-out could not be recorded.
    #[error("the sign-out could not be recorded, the session still lives: {0}")]
    Store(#[from] StoreError),
    /// The session's privilege changed while this request was under way: it is somebody else's to end.
    #[error("the session's privilege has changed, the session still lives: repeat with its new token")]
    Superseded,
}

impl Sessions {
    /// Ends the session. When this returns, no write, renewal or sign-in succeeds on it anywhere; it
    /// stays ended however many requests of it are still under way (CVE-2025-46336).
    pub async fn sign_out(&self, session: &Active) -> Result<(), SignOutError> {
        let ending = Ending::new(EndReason::SignedOut, Actor::Person, self.now());
        let key = self.key(session.id());
        let end = End {
            target: Target::One(key, Condition::AtPrivilege(session.privilege())),
            ending: ending.clone(),
        };
        let answer = self.write(|| self.inner.store.end(end.clone())).await?;
        match answer.outcome {
            EndOutcome::Ended(_) => {
                tracing::info!(session = %session.id(), "signed out");
                self.observe(&Change::Ended { session: session.id(), ending });
                Ok(())
            }
            EndOutcome::AlreadyEnded(there) if answer.repeated && there.reason == EndReason::SignedOut => {
                self.observe(&Change::Ended { session: session.id(), ending: there });
                Ok(())
            }
            // It is over, whoever did it.
            EndOutcome::AlreadyEnded(_) | EndOutcome::Unknown => Ok(()),
            EndOutcome::Conflict => Err(SignOutError::Superseded),
        }
    }
}
