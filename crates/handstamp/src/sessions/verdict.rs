//! The verdict: may this token in?

use super::Active;
use crate::{reason::EndReason, store::StoreError};

/// What is known of a presented token. Always one of these; an error is a verdict too, so that
/// nothing can fail open.
#[non_exhaustive]
pub enum Verdict {
    /// It may in.
    Active(Box<Active>),
    /// Its session has ended. Said only to a holder of its secret.
    Ended(EndReason),
    /// An old token of a live session, just after a change of privilege. The request gets 401 and
    /// changes nothing; the cookie stays, since a newer one may be on its way.
    Superseded,
    /// Not ours, or of a session that nobody remembers. Anonymous.
    Invalid,
    /// It cannot be told now: 503, the cookie stays, nobody is sent to a login page (promise 12).
    Unknown(StoreError),
}

impl Verdict {
    /// The stable word of this verdict.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Active(_) => "active",
            Self::Ended(_) => "ended",
            Self::Superseded => "superseded",
            Self::Invalid => "invalid",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl std::fmt::Debug for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Active(active) => write!(f, "Active({})", active.id()),
            Self::Ended(reason) => write!(f, "Ended({reason})"),
            Self::Superseded | Self::Invalid => f.write_str(self.as_str()),
            Self::Unknown(error) => write!(f, "Unknown({error})"),
        }
    }
}
