//! Why a session ended and who ended it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{id::SessionId, time::Timestamp, token::Generation};

/// Why a session ended. The words are stable: they stand in the change log, the API and the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndReason {
    /// The person signed out.
    SignedOut,
    /// Ended from another device of the same account.
    Revoked,
    /// A sign-in on the same device began a new session.
    Replaced,
    /// Not used for the idle timeout.
    Idle,
    /// The absolute timeout since the proof has passed.
    Absolute,
    /// The account had as many sessions as allowed and a newer one began.
    Limit,
    /// An old token was presented after its successor had been used: somebody holds a copy.
    Reuse,
    /// The account's password or other credential changed.
    CredentialsChanged,
    /// The account was put on hold.
    AccountHeld,
    /// The account was erased.
    AccountErased,
    /// An administrator ended it.
    Admin,
    /// All sessions of the realm were ended.
    RealmEnded,
}

impl EndReason {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Revoked => "revoked",
            Self::Replaced => "replaced",
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::Limit => "limit",
            Self::Reuse => "reuse",
            Self::CredentialsChanged => "credentials_changed",
            Self::AccountHeld => "account_held",
            Self::AccountErased => "account_erased",
            Self::Admin => "admin",
            Self::RealmEnded => "realm_ended",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who caused a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Actor {
    /// The person, through this session or another of theirs.
    Person,
    /// The application, on its own account.
    Application,
    /// An administrator.
    Admin,
    /// Handstamp itself: a clock, a cap, a reuse.
    System,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ending {
    /// Why.
    pub reason: EndReason,
    /// When, by the store's clock.
    pub at: Timestamp,
    /// Who caused it.
    pub by: Actor,
    /// For `replaced`: the session that took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<SessionId>,
    /// For `reuse`: which token came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl Ending {
    /// An ending without a successor and without evidence.
    pub fn new(reason: EndReason, by: Actor, at: Timestamp) -> Self {
        Self { reason, at, by, replaced_by: None, evidence: None }
    }

    /// Names the session that took its place.
    #[must_use]
    pub fn replaced_by(mut self, id: SessionId) -> Self {
        self.replaced_by = Some(id);
        self
    }

    /// Adds what a reuse was seen by.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(evidence);
        self
    }
}

/// What showed that a copy of a token is in somebody else's hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// Generation of the genuine token that was presented.
    pub presented: Generation,
    /// Generation that was current.
    pub current: Generation,
}

impl Evidence {
    pub(crate) fn new(presented: Generation, current: Generation) -> Self {
        Self { presented, current }
    }
}
