//! What is said of one call to a store: which operation, on what.

use std::fmt;

use crate::{
    id::Cell,
    store::{AccountKey, AccountWork, SessionKey, Target, Touch},
};

/// An operation of [`Store`](crate::store::Store). Reading an account and changing one are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is described at the store's method of the same name")]
pub enum Operation {
    Create,
    Load,
    LoadMany,
    Commit,
    Renew,
    Touch,
    Admit,
    End,
    ReadAccount,
    ChangeAccount,
    List,
    Scan,
    Sweep,
    Changes,
    Heads,
    Changed,
    Feed,
    Stats,
    Control,
    PutControl,
    Export,
    Import,
}

impl Operation {
    /// Can it change what is stored?
    pub const fn is_write(self) -> bool {
        match self {
            Self::Create
            | Self::Commit
            | Self::Renew
            | Self::Touch
            | Self::Admit
            | Self::End
            | Self::ChangeAccount
            | Self::Sweep
            | Self::PutControl
            | Self::Import => true,
            Self::Load
            | Self::LoadMany
            | Self::ReadAccount
            | Self::List
            | Self::Scan
            | Self::Changes
            | Self::Heads
            | Self::Changed
            | Self::Feed
            | Self::Stats
            | Self::Control
            | Self::Export => false,
        }
    }
}

/// What a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// One session.
    Session(SessionKey),
    /// Several, in the order of the call.
    Sessions(Vec<SessionKey>),
    /// An account.
    Account(AccountKey),
    /// A cell.
    Cell(Cell),
    /// A blob of the control area.
    Blob(String),
    /// The store as a whole.
    Store,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreCall {
    /// Which operation.
    pub operation: Operation,
    /// On what.
    pub subject: Subject,
}

impl StoreCall {
    /// This operation on this subject.
    pub const fn new(operation: Operation, subject: Subject) -> Self {
        Self { operation, subject }
    }
}

impl fmt::Display for StoreCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ", self.operation)?;
        match &self.subject {
            Subject::Session(key) => write!(f, "{key}"),
            Subject::Sessions(keys) => write!(f, "{} sessions", keys.len()),
            Subject::Account(key) => write!(f, "{}/{}", key.realm, key.id),
            Subject::Cell(cell) => write!(f, "cell {}", cell.number()),
            Subject::Blob(name) => write!(f, "blob {name}"),
            Subject::Store => f.write_str("the store"),
        }
    }
}

impl From<&Target> for Subject {
    fn from(target: &Target) -> Self {
        match target {
            Target::One(key, _) => Self::Session(key.clone()),
            Target::Account(account) | Target::AllBut(account, _) => Self::Account(account.clone()),
            Target::Cell(_, cell) => Self::Cell(*cell),
        }
    }
}

impl From<&[Touch]> for Subject {
    fn from(touches: &[Touch]) -> Self {
        Self::Sessions(touches.iter().map(|touch| touch.key.clone()).collect())
    }
}

impl From<&AccountWork> for Operation {
    fn from(work: &AccountWork) -> Self {
        if matches!(work, AccountWork::Read) { Self::ReadAccount } else { Self::ChangeAccount }
    }
}
