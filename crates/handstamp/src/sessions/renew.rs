//! Renew: a new token for the same session from time to time, with grace for the old one.

use super::{Active, Sessions, Verdict, judge::Renewal, resume::Look, session::Snapshot};
use crate::{
    id::WriteId,
    log::Change,
    reason::Actor,
    record::{Nonce, Record, Rotation},
    store::{Renew, StoreError, WriteOutcome},
    token::{Generation, IssuedToken, Secret, Successor},
};

const ROUNDS: usize = 16;

impl Sessions {
    /// A new token for this session if one is due, or the one that has been made already: everybody
    /// who presents the same old token gets the same new one, and a lost answer costs nothing.
    ///
    /// Call it only where the answer is known to reach the client. `None`: no renewal is due, or the
    /// session is not there any more; the request goes on as it was.
    pub async fn renew(&self, session: &Active) -> Result<Option<IssuedToken>, StoreError> {
        let mut snapshot = session.snapshot().clone();
        for _ in 0..ROUNDS {
            match snapshot.renewal {
                Renewal::NotDue => return Ok(None),
                Renewal::Begun => return Ok(self.successor_again(&snapshot)),
                Renewal::Due => {
                    if let Some(token) = self.renew_once(&snapshot).await? {
                        return Ok(Some(token));
                    }
                }
            }
            // Somebody else has written: most likely another request renewed the same token.
            match self.decide(&snapshot.presented, Look::Again).await? {
                Verdict::Active(active) => snapshot = active.snapshot().clone(),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    async fn renew_once(&self, snapshot: &Snapshot) -> Result<Option<IssuedToken>, StoreError> {
        let id = snapshot.row().key.id;
        let now = self.now();
        let nonce = Nonce::generate();
        let Some(secret) = self.successor(snapshot, snapshot.record().generation, &nonce) else {
            return Ok(None);
        };
        let record = snapshot.record().renewed(&secret, nonce, now);
        let renew = Renew {
            key: snapshot.row().key.clone(),
            seen: snapshot.row().write,
            write: WriteId::generate(),
            body: record.encode().into(),
            proven_at: None,
            unsettled: true,
            raises_privilege: false,
            replacement_finished: false,
            change: Change::Renewed { session: id },
            by: Actor::System,
            at: now,
        };
        let answer = self.write(|| self.inner.store.renew(renew.clone())).await?;
        if answer.outcome != WriteOutcome::Done {
            return Ok(None);
        }
        self.observe(&Change::Renewed { session: id });
        Ok(Some(self.keys().issue(id, record.generation, &secret)))
    }

    /// The token that the presented one was renewed to.
    fn successor_again(&self, snapshot: &Snapshot) -> Option<IssuedToken> {
        let Record { generation, rotation: Rotation::Renewed { nonce, .. }, .. } = &**snapshot.record()
        else {
            return None;
        };
        let secret = self.successor(snapshot, generation.before(), nonce)?;
        Some(self.keys().issue(snapshot.row().key.id, *generation, &secret))
    }

    fn successor(&self, snapshot: &Snapshot, of: Generation, nonce: &Nonce) -> Option<Secret> {
        let from = Successor { id: snapshot.row().key.id, of, nonce: nonce.as_bytes() };
        self.keys().successor(&snapshot.presented, &from)
    }
}
