//! The two ways in which a store can fail.

use crate::encoding::Corrupt;

/// A store could not answer. Everything else a store has to say is an outcome.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store did not answer, or cannot vouch for its answer. A write may or may not have
    /// happened; repeating it with the same write id is safe.
    #[error("the session store is unavailable: {0}")]
    Unavailable(String),
    /// What lies in the store cannot be read. It is left as it is.
    #[error("the session store holds something that cannot be read: {0}")]
    Corrupt(#[from] Corrupt),
}

impl StoreError {
    /// Unavailable, and why. Never put a secret or an address with a password into it.
    pub fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable(why.into())
    }
}
