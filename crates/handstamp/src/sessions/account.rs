//! An account as a whole: credential change without a session, hold, release, erase, export.

use serde::Serialize;

use super::{Ended, SessionInfo, Sessions};
use crate::{
    log::Change,
    realm::AccountId,
    reason::Actor,
    slot::SlotData,
    store::{AccountChange, AccountOutcome, AccountWork, List, StoreError},
};

/// How many sessions an export reads at a time.
const PAGE: usize = 100;

/// One account of a realm.
#[derive(Clone, Debug)]
pub struct Account {
    sessions: Sessions,
    id: AccountId,
}

/// Why nothing is known to have been done to an account. Repeating is safe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything that is kept of an account, for the person it belongs to. Holds no hash and no token.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct AccountExport {
    /// The account.
    pub account: AccountId,
    /// Its sessions, live and ended, with the data the application keeps in them.
    pub sessions: Vec<ExportedSession>,
}

/// One session of an export.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct ExportedSession {
    /// What the devices page shows.
    #[serde(flatten)]
    pub facts: SessionInfo,
    /// Slots by name.
    pub data: serde_json::Value,
}

impl Account {
    pub(super) fn new(sessions: Sessions, id: AccountId) -> Self {
        Self { sessions, id }
    }

    pub(super) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The account's id.
    pub fn id(&self) -> &AccountId {
        &self.id
    }

    /// To be called after a credential was changed or reset outside of any session, such as by a link
    /// in a letter: ends every session and voids every sign-in that began before (ASVS V7.4.3).
    pub async fn credentials_changed(&self) -> Result<Ended, AccountError> {
        let ended = self.change(AccountWork::CredentialsChanged { keep: None }, Actor::Person).await?;
        self.sessions.observe(&Change::CredentialsChanged { sessions: ended.sessions.clone(), kept: None });
        Ok(ended)
    }

    /// Puts the account on hold: its sessions end and nobody signs in until it is released
    /// (ASVS V7.4.2).
    pub async fn hold(&self) -> Result<Ended, AccountError> {
        let ended = self.change(AccountWork::Hold, Actor::Admin).await?;
        self.sessions.observe(&Change::AccountHeld { sessions: ended.sessions.clone() });
        Ok(ended)
    }

    /// Lets people sign in again. Sessions and sign-ins from before the hold stay dead.
    pub async fn release(&self) -> Result<(), AccountError> {
        self.change(AccountWork::Release, Actor::Admin).await?;
        self.sessions.observe(&Change::AccountReleased);
        Ok(())
    }

    /// Erases every trace of the account: sessions, ended sessions, state, and its name in the log.
    pub async fn erase(&self) -> Result<Ended, AccountError> {
        let ended = self.change(AccountWork::Erase, Actor::Admin).await?;
        self.sessions.observe(&Change::AccountErased { sessions: ended.sessions.clone() });
        Ok(ended)
    }

    async fn change(&self, work: AccountWork, by: Actor) -> Result<Ended, AccountError> {
        let account = self.sessions.account_key(&self.id).await?;
        let change = AccountChange { account, work, by, at: self.sessions.now() };
        // Not repeated: it has no write id, and a second time it would undo what came in between. The
        // caller repeats if it still wants it.
        match self.sessions.call(self.sessions.inner.store.account(change)).await? {
            AccountOutcome::Done { ended, .. } => {
                tracing::info!(ended = ended.len(), "an account changed as a whole");
                Ok(Ended { sessions: ended })
            }
            AccountOutcome::Conflict | AccountOutcome::Gone => {
                Err(StoreError::unavailable("the store refused a change without a kept session").into())
            }
        }
    }

    /// Everything that is kept of the account.
    pub async fn export(&self) -> Result<AccountExport, AccountError> {
        let account = self.sessions.account_key(&self.id).await?;
        let mut export = AccountExport { account: self.id.clone(), sessions: Vec::new() };
        let mut after = None;
        loop {
            let list = List { account: account.clone(), after, limit: PAGE };
            let page = self.sessions.call(self.sessions.inner.store.list(list)).await?;
            for session in &page.sessions {
                let facts = self.sessions.describe(session, &page.account, &page.cell);
                let data = SlotData::decode(&session.data).map(|data| data.export()).unwrap_or_default();
                export.sessions.push(ExportedSession { facts, data });
            }
            after = page.next;
            if after.is_none() {
                return Ok(export);
            }
        }
    }
}
