//! How many sessions an account may have at once (ASVS V7.1.2, CVE-2024-4183).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A cap: how many sessions, and what happens to the one above. Always finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Cap {
    /// How many sessions may be alive.
    pub sessions: u32,
    /// What happens to the sign-in above.
    pub rule: CapRule,
}

/// What happens when an account signs in above its cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CapRule {
    /// The oldest session ends: the one proven earliest, then the one with the lowest id.
    EndOldest,
    /// The sign-in is refused.
    Refuse,
}

impl Cap {
    /// At most `sessions`; a newer sign-in ends the oldest. Mind that this lets whoever has the
    /// password push the owner out; show the ended ones on the devices page.
    pub const fn keep_newest(sessions: u32) -> Self {
        Self { sessions, rule: CapRule::EndOldest }
    }

    /// At most `sessions`; the next sign-in is refused until one ends.
    pub const fn refuse_above(sessions: u32) -> Self {
        Self { sessions, rule: CapRule::Refuse }
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let then = match self.rule {
            CapRule::EndOldest => "the oldest ends",
            CapRule::Refuse => "the next is refused",
        };
        write!(f, "at most {} sessions per account, then {then}", self.sessions)
    }
}
