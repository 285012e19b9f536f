//! Live connections: told when their session ends, for whatever reason (promise 15, CVE-2023-40025).

use std::time::Duration;

use futures_util::future::{Either, select};

use super::Sessions;
use crate::{id::SessionId, reason::EndReason, store::StoreError};

/// How long a connection may live on while nobody can tell whether its session does.
const UNVERIFIED: Duration = Duration::from_secs(30);
/// Between two tries to reach a store that does not answer.
const RETRY: Duration = Duration::from_secs(1);
/// The longest sleep: a policy may have become shorter.
const LONGEST: Duration = Duration::from_secs(60);

/// Why a live connection has to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveEnd {
    /// Its session has ended.
    Ended(EndReason),
    /// Nobody can tell any more: the store has not answered for 30 s. Close the connection; this is
    /// not a sign-out, and the client may come back.
    Unverified,
}

impl Sessions {
    /// Ends when the session has ended: at once for an end, at its moment for a timeout. Waiting is no
    /// use of the session: a stream that nobody acts on ends by the idle clock.
    pub async fn ended(&self, id: SessionId) -> LiveEnd {
        let mut seen = 0;
        let mut unreachable_since = None;
        loop {
            match self.look(id, &mut seen).await {
                Ok(Sight::Ended(reason)) => return LiveEnd::Ended(reason),
                Ok(Sight::Alive(for_at_most)) => {
                    unreachable_since = None;
                    let change = self.inner.store.changed(id.cell(), seen);
                    let deadline = self.inner.time.clock().sleep(for_at_most.min(LONGEST));
                    if let Either::Left((Err(_), _)) = select(change, deadline).await {
                        self.inner.time.clock().sleep(RETRY).await;
                    }
                }
                Err(error) => {
                    let now = self.inner.time.clock().elapsed();
                    let since = *unreachable_since.get_or_insert(now);
                    if now.saturating_sub(since) >= UNVERIFIED {
                        tracing::warn!(%error, session = %id, "a live connection is closed: its session cannot be verified");
                        return LiveEnd::Unverified;
                    }
                    self.inner.time.clock().sleep(RETRY).await;
                }
            }
        }
    }

    /// Looks at the session; `seen` becomes the head of its cell's log from before the look.
    async fn look(&self, id: SessionId, seen: &mut u64) -> Result<Sight, StoreError> {
        *seen = self.call(self.inner.store.heads()).await?.of(id.cell());
        let Some(mut loaded) = self.load(id).await? else {
            return Ok(Sight::Ended(EndReason::AccountErased));
        };
        if let Some(ending) = loaded.session.ending(&loaded.account, &loaded.cell) {
            return Ok(Sight::Ended(ending.reason));
        }
        self.with_known_use(&mut loaded.session);
        let policy = self.policy();
        let now = self.now();
        if let Some(reason) = loaded.session.expired(&policy.clocks(), now) {
            return Ok(Sight::Ended(reason));
        }
        let clocks = loaded.session.clocks(&policy.clocks());
        let deadline = clocks.deadline(loaded.session.proven_at, loaded.session.last_use);
        Ok(Sight::Alive(deadline.at().since(now)))
    }
}

enum Sight {
    Alive(Duration),
    Ended(EndReason),
}
