//! List: an account's sessions, by public facts only.

use std::time::Duration;

use serde::Serialize;

use super::{Account, Sessions};
use crate::{
    device::DeviceFacts,
    id::SessionId,
    policy::{Policy, SessionClass},
    proof::{Authorisations, Proof},
    reason::{Actor, EndReason, Ending},
    store::{AccountState, CellState, List, StoreError, StoredSession},
    time::Timestamp,
};

/// The most sessions on one page.
const MOST: usize = 200;

/// One session as its owner may see it. Its id ends it and opens nothing (CVE-2020-5224).
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SessionInfo {
    /// Its public name.
    pub id: SessionId,
    /// Alive, or how it ended.
    pub status: SessionStatus,
    /// Browser, system, kind, network.
    pub device: DeviceFacts,
    /// Which clocks it runs on.
    pub class: SessionClass,
    /// When it began.
    pub created_at: Timestamp,
    /// When its holder last proved who they are.
    pub proven_at: Timestamp,
    /// How.
    pub proof: Option<Proof>,
    /// What the application granted.
    pub authorisations: Authorisations,
    /// When it was last used.
    pub last_use: Timestamp,
    /// How exact `last_use` is: the true time lies up to this much later.
    pub last_use_precision: Duration,
}

/// Whether a session is alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionStatus {
    /// It is.
    #[non_exhaustive]
    Live {
        /// When it will end if it is not used again.
        until: Timestamp,
    },
    /// It ended.
    #[non_exhaustive]
    Ended {
        /// How.
        ending: Ending,
    },
}

/// A page of sessions.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SessionPage {
    /// The sessions, live ones first, then the last used first.
    pub sessions: Vec<SessionInfo>,
    /// Where to go on, if there is more.
    pub next: Option<SessionId>,
}

/// Why sessions could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("the sessions could not be listed: {0}")]
#[non_exhaustive]
pub struct ListError(#[from] pub StoreError);

impl Account {
    /// The account's sessions, live ones and those whose end is remembered: at most 200 a page,
    /// beginning after `after`.
    pub async fn list(&self, after: Option<SessionId>) -> Result<SessionPage, ListError> {
        let sessions = self.sessions();
        let account = sessions.account_key(self.id()).await?;
        let list = List { account, after, limit: MOST };
        let page = sessions.call(sessions.inner.store.list(list)).await?;
        let describe = |session: &StoredSession| sessions.describe(session, &page.account, &page.cell);
        let mut found = page.sessions.iter().map(describe).collect::<Vec<_>>();
        sort(&mut found);
        Ok(SessionPage { sessions: found, next: page.next })
    }

    /// All of them: as many as the cap allows and the policy remembers, so a devices page needs no
    /// paging of its own.
    pub async fn list_all(&self) -> Result<Vec<SessionInfo>, ListError> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page = self.list(after).await?;
            all.extend(page.sessions);
            after = page.next;
            if after.is_none() {
                sort(&mut all);
                return Ok(all);
            }
        }
    }
}

/// Live ones first, then the last used first.
fn sort(sessions: &mut [SessionInfo]) {
    let is_ended = |info: &SessionInfo| matches!(info.status, SessionStatus::Ended { .. });
    sessions.sort_by_key(|info| (is_ended(info), std::cmp::Reverse(info.last_use)));
}

impl Sessions {
    /// What may be shown of a stored session.
    pub(super) fn describe(
        &self,
        session: &StoredSession,
        account: &AccountState,
        cell: &CellState,
    ) -> SessionInfo {
        let mut session = session.clone();
        self.with_known_use(&mut session);
        let policy = self.policy();
        let clocks = session.clocks(&policy.clocks());
        let deadline = clocks.deadline(session.proven_at, session.last_use);
        let expired = session.expired(&policy.clocks(), self.now());
        let expired = expired.map(|reason: EndReason| Ending::new(reason, Actor::System, deadline.at()));
        let status = match session.ending(account, cell).or(expired) {
            Some(ending) => SessionStatus::Ended { ending },
            None => SessionStatus::Live { until: deadline.at() },
        };
        // One that cannot be read is shown all the same, so that it can be ended.
        let record = match session.body.record() {
            Ok(record) => Some(record),
            Err(error) => {
                tracing::error!(%error, session = %session.key.id, "a session's record cannot be read");
                None
            }
        };
        let (device, proof, authorisations) =
            record.map(|record| (record.device, record.proof, record.authorisations)).unwrap_or_default();
        SessionInfo {
            id: session.key.id,
            status,
            device,
            class: session.class,
            created_at: session.created_at,
            proven_at: session.proven_at,
            proof,
            authorisations,
            last_use: session.last_use,
            last_use_precision: Policy::touch_interval(clocks.idle),
        }
    }
}
