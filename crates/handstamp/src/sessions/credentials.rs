//! Credentials changed: one atomic step that trusts nothing proven before it.

use std::sync::Arc;

use super::{PrivilegeError, Rekeyed, Sessions, SignedInSession};
use crate::{
    id::WriteId,
    log::Change,
    reason::Actor,
    store::{AccountChange, AccountOutcome, AccountWork, Kept, StoreError},
    token::Secret,
};

const ROUNDS: usize = 16;

impl Sessions {
    /// To be called after a new password, passkey or other factor has been stored: ends every other
    /// session of the account, gives this one a new token, and voids every sign-in that began before,
    /// however they race (promise 9, ASVS V7.4.3).
    pub async fn credentials_changed(&self, session: &SignedInSession) -> Result<Rekeyed, PrivilegeError> {
        let account = self.account_key(session.account()).await?;
        let mut snapshot = session.snapshot.clone();
        for _ in 0..ROUNDS {
            if let Some(reason) = self.expired_meanwhile(snapshot.row()) {
                return Err(PrivilegeError::Ended(reason));
            }
            let now = self.now();
            let secret = Secret::generate();
            let record = snapshot.record().rekeyed(&secret, now);
            let id = snapshot.row().key.id;
            let write = WriteId::generate();
            let kept = Kept { id, seen: snapshot.row().write, write, body: record.encode().into() };
            let change = AccountChange {
                account: account.clone(),
                work: AccountWork::CredentialsChanged { keep: Some(kept) },
                by: Actor::Person,
                at: now,
            };
            let answer = self.write(|| self.inner.store.account(change.clone())).await?;
            if let AccountOutcome::Done { state, ended } = answer.outcome {
                tracing::info!(session = %id, ended = ended.len(), "credentials changed: other sessions have been ended");
                self.observe(&Change::CredentialsChanged { sessions: ended, kept: Some(id) });
                snapshot.row_mut().account_epoch = state.epoch;
                snapshot.row_mut().privilege = snapshot.row().privilege.next();
                Arc::make_mut(&mut snapshot.loaded).account = state;
                return Ok(self.rekeyed(snapshot, record, write, secret));
            }
            snapshot = self.judged_again(&snapshot).await?;
        }
        Err(PrivilegeError::Store(StoreError::unavailable(
            "the session changes faster than it can be written",
        )))
    }
}
