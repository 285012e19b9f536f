//! What has become of a session's older tokens.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    random::random_bytes,
    time::Timestamp,
    token::{Generation, SecretHash},
};

/// The state of the last change of token.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Rotation {
    /// Only the current token is good; a genuine older one is reuse.
    #[default]
    Settled,
    /// A renewal. Invariant: the token one generation back is good while `presented` is `None`, and
    /// for the grace after it; whoever presents it gets the current token, derived from the nonce.
    Renewed { previous: SecretHash, nonce: Nonce, presented: Option<Timestamp> },
    /// A change of privilege. Invariant: no older token is good; one of generation `since` or later
    /// belongs to a request that was under way and is refused without ending anything, until the
    /// current token has been presented and a minute has passed.
    Privileged { since: Generation, presented: Option<Timestamp> },
}

impl Rotation {
    /// Has the current token yet to be seen for the first time?
    pub(crate) fn awaits_presentation(&self) -> bool {
        matches!(self, Self::Renewed { presented: None, .. } | Self::Privileged { presented: None, .. })
    }

    pub(crate) fn presented(&self, at: Timestamp) -> Self {
        let mut noted = self.clone();
        if let Self::Renewed { presented, .. } | Self::Privileged { presented, .. } = &mut noted {
            *presented = Some(at);
        }
        noted
    }
}

/// Random bytes that go into a successor. Kept from every output: with an old token and the realm
/// key they would give the new token.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Nonce(#[serde(with = "crate::encoding::base64url")] [u8; 16]);

impl Nonce {
    pub(crate) fn generate() -> Self {
        Self(random_bytes())
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(hidden)")
    }
}
