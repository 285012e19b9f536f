//! What an entry says.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[cfg(feature = "embedded")]
use crate::store::AccountKey;
use crate::{
    encoding::{self, Corrupt},
    id::{Cell, SessionId},
    realm::{AccountId, RealmName},
    reason::{Actor, EndReason, Ending},
    time::Timestamp,
};

/// One state change. Holds ids, reasons and actors; never a token, hash or nonce.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The realm.
    pub realm: RealmName,
    /// The cell whose log this is.
    pub cell: Cell,
    /// Its place in that log, from 1 without gaps.
    pub position: u64,
    /// When, by the store's clock.
    pub at: Timestamp,
    /// Who caused it.
    pub by: Actor,
    /// The account concerned, if there is one and it has not been erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What changed.
    pub change: Change,
    /// Fields of later versions, kept.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[allow(clippy::exhaustive_structs, reason = "variants of a non-exhaustive enum")]
pub enum Change {
    /// An anonymous session began.
    Began {
        /// Which.
        session: SessionId,
    },
    /// Somebody signed in: a new session began.
    SignedIn {
        /// Which.
        session: SessionId,
        /// The one it takes the place of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<SessionId>,
    },
    /// The session it replaced has been ended, or it lost to another sign-in.
    ReplacementFinished {
        /// Which.
        session: SessionId,
    },
    /// The application's data changed.
    Edited {
        /// Which.
        session: SessionId,
    },
    /// It got a new token, with grace for the old one.
    Renewed {
        /// Which.
        session: SessionId,
    },
    /// A new token was used for the first time.
    Presented {
        /// Which.
        session: SessionId,
    },
    /// The window of its last change of token is over.
    Settled {
        /// Which.
        session: SessionId,
    },
    /// Its proof was renewed or strengthened, under a new token.
    SteppedUp {
        /// Which.
        session: SessionId,
    },
    /// Its authorisations changed, under a new token.
    Authorised {
        /// Which.
        session: SessionId,
    },
    /// It ended.
    Ended {
        /// Which.
        session: SessionId,
        /// How.
        ending: Ending,
    },
    /// Several sessions of the account ended at once.
    AccountEnded {
        /// Why.
        reason: EndReason,
        /// Which.
        sessions: Vec<SessionId>,
        /// The one that stayed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<SessionId>,
    },
    /// The account's credentials changed; all sessions but the kept one ended.
    CredentialsChanged {
        /// What ended.
        sessions: Vec<SessionId>,
        /// The one that stayed, under a new token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<SessionId>,
    },
    /// The account was put on hold; all its sessions ended.
    AccountHeld {
        /// What ended.
        sessions: Vec<SessionId>,
    },
    /// The account was released.
    AccountReleased,
    /// An account of this cell was erased; whose is not said any more.
    AccountErased {
        /// What was erased.
        sessions: Vec<SessionId>,
    },
    /// All sessions of the realm in this cell ended.
    RealmEnded,
    /// A kind that a later version writes.
    #[serde(other)]
    Later,
}

impl Entry {
    /// An entry, as a store writes it.
    pub fn new(
        realm: RealmName,
        cell: Cell,
        position: u64,
        at: Timestamp,
        by: Actor,
        change: Change,
    ) -> Self {
        Self { realm, cell, position, at, by, account: None, change, unknown: Map::new() }
    }

    /// Names the account.
    #[must_use]
    pub fn of(mut self, account: Option<AccountId>) -> Self {
        self.account = account;
        self
    }

    /// Takes the account's name out, after it was erased.
    pub fn forget_account(&mut self) {
        self.account = None;
    }

    /// The encoded entry without its account, if it is of this one. Works on the bytes, so that an entry
    /// of a kind that a later version wrote loses nothing else.
    #[cfg(feature = "embedded")]
    pub(crate) fn without_account(bytes: &[u8], account: &AccountKey) -> Result<Option<Vec<u8>>, Corrupt> {
        let mut entry: Map<String, Value> = encoding::decode("log entry", bytes)?;
        let is = |field: &str, text: &str| entry.get(field).and_then(Value::as_str) == Some(text);
        if !is("realm", account.realm.as_str()) || !is("account", account.id.as_str()) {
            return Ok(None);
        }
        entry.remove("account");
        Ok(Some(encoding::encode(&entry)))
    }

    /// The sessions that this entry says have ended.
    pub fn ended(&self) -> &[SessionId] {
        match &self.change {
            Change::Ended { session, .. } => std::slice::from_ref(session),
            Change::AccountEnded { sessions, .. }
            | Change::CredentialsChanged { sessions, .. }
            | Change::AccountHeld { sessions }
            | Change::AccountErased { sessions } => sessions,
            _ => &[],
        }
    }

    /// As bytes: one byte of format, then JSON.
    pub fn encode(&self) -> Vec<u8> {
        encoding::encode(self)
    }

    /// From bytes, of this format or an older one.
    pub fn decode(bytes: &[u8]) -> Result<Self, Corrupt> {
        encoding::decode("log entry", bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_and_keeps_what_it_does_not_know() {
        let json = br#"{"realm":"default","cell":3,"position":9,"at":5,"by":"system","change":{"kind":"invented_later","x":1},"later":true}"#;
        let bytes = [&[1], json.as_slice()].concat();
        let entry = Entry::decode(&bytes).unwrap();
        assert_eq!(entry.change, Change::Later);
        assert!(String::from_utf8(entry.encode()).unwrap().contains(r#""later":true"#));
        assert_eq!(Entry::decode(&entry.encode()).unwrap(), entry);
    }
}
