//! Step up: the proof is renewed or strengthened, under a new token, without grace.

use super::{
    Active, Sessions, SignedInSession, Verdict, edit::RECORD_LIMIT, resume::Look, session::Snapshot,
};
use crate::{
    id::WriteId,
    log::Change,
    proof::Proof,
    reason::{Actor, EndReason},
    record::Record,
    store::{Renew, StoreError, WriteOutcome},
    time::Timestamp,
    token::{IssuedToken, Secret},
};

const ROUNDS: usize = 16;

/// A session under a new token.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rekeyed {
    /// The session as it is now.
    pub session: Active,
    /// Its token, fresh and underived; the old one is dead.
    pub token: IssuedToken,
}

/// Why a session's privilege did not change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrivilegeError {
    /// The store could not answer. Nothing is known to have changed; repeating is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session has ended.
    #[error("the session has ended: {0}")]
    Ended(EndReason),
    /// What is granted is more than a session may hold.
    #[error("the session would hold {bytes} bytes; at most {most} are allowed: grant less")]
    #[non_exhaustive]
    TooLarge {
        /// What it would hold.
        bytes: usize,
        /// What it may.
        most: usize,
    },
    /// The token of this request has been superseded by another change of privilege.
    #[error("another request has changed this session's privilege: repeat with its new token")]
    Superseded,
}

impl Sessions {
    /// Renews or strengthens the proof of a session: both clocks start again (NIST 800-63B-4 section
    /// 5.2), the token is new (ASVS V7.2.4), the id stays. Requests still under way with the old
    /// token get 401 and change nothing.
    pub async fn step_up(&self, session: &SignedInSession, proof: Proof) -> Result<Rekeyed, PrivilegeError> {
        self.raise(session, |session, now, record| {
            let at = proof.time(now);
            (Record { proof: Some(proof.clone()), ..record }, Some(at), Change::SteppedUp { session })
        })
        .await
    }

    /// Writes a record with more or other privilege under a fresh token, as often as somebody else
    /// writes in between and the presented token stays good.
    pub(super) async fn raise(
        &self,
        session: &SignedInSession,
        change: impl Fn(crate::SessionId, Timestamp, Record) -> (Record, Option<Timestamp>, Change),
    ) -> Result<Rekeyed, PrivilegeError> {
        let mut snapshot = session.snapshot.clone();
        for _ in 0..ROUNDS {
            if let Some(reason) = self.expired_meanwhile(snapshot.row()) {
                return Err(PrivilegeError::Ended(reason));
            }
            let now = self.now();
            let secret = Secret::generate();
            let id = snapshot.row().key.id;
            let (record, proven_at, entry) = change(id, now, snapshot.record().rekeyed(&secret, now));
            let body = record.encode();
            let bytes = body.len() + snapshot.row().data.len();
            if bytes > RECORD_LIMIT {
                return Err(PrivilegeError::TooLarge { bytes, most: RECORD_LIMIT });
            }
            let renew = Renew {
                key: snapshot.row().key.clone(),
                seen: snapshot.row().write,
                write: WriteId::generate(),
                body: body.into(),
                proven_at,
                unsettled: true,
                raises_privilege: true,
                replacement_finished: false,
                change: entry.clone(),
                by: Actor::Person,
                at: now,
            };
            let answer = self.write(|| self.inner.store.renew(renew.clone())).await?;
            if answer.outcome == WriteOutcome::Done {
                self.observe(&entry);
                snapshot.row_mut().privilege = snapshot.row().privilege.next();
                if let Some(proven_at) = proven_at {
                    snapshot.row_mut().proven_at = proven_at;
                    snapshot.last_use = snapshot.last_use.max(now);
                }
                return Ok(self.rekeyed(snapshot, record, renew.write, secret));
            }
            snapshot = self.judged_again(&snapshot).await?;
        }
        Err(PrivilegeError::Store(StoreError::unavailable(
            "the session changes faster than it can be written",
        )))
    }

    /// The session as it is after somebody else has written, if its token still lets this request in.
    /// An epoch that moved meanwhile has ended or re-keyed it: the token tells.
    pub(super) async fn judged_again(&self, snapshot: &Snapshot) -> Result<Snapshot, PrivilegeError> {
        match self.decide(&snapshot.presented, Look::Again).await? {
            Verdict::Active(active) => Ok(active.snapshot().clone()),
            Verdict::Ended(reason) => Err(PrivilegeError::Ended(reason)),
            _ => Err(PrivilegeError::Superseded),
        }
    }

    pub(super) fn rekeyed(
        &self,
        mut snapshot: Snapshot,
        record: Record,
        write: WriteId,
        secret: Secret,
    ) -> Rekeyed {
        let id = snapshot.row().key.id;
        let token = self.keys().issue(id, record.generation, &secret);
        let presented = self.keys().presented(id, record.generation, secret);
        snapshot.rewritten(record, write, presented);
        Rekeyed { session: Active::new(snapshot), token }
    }
}
