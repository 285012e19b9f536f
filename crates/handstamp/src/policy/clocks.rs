//! The three clocks, each a type of its own so that none can be passed for another.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

macro_rules! clock {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// This many seconds.
            pub const fn seconds(seconds: u64) -> Self {
                Self(seconds.saturating_mul(1000))
            }

            /// This many minutes.
            pub const fn minutes(minutes: u64) -> Self {
                Self::seconds(minutes.saturating_mul(60))
            }

            /// This many hours.
            pub const fn hours(hours: u64) -> Self {
                Self::minutes(hours.saturating_mul(60))
            }

            /// This many days.
            pub const fn days(days: u64) -> Self {
                Self::hours(days.saturating_mul(24))
            }

            /// Its length.
            pub const fn duration(self) -> Duration {
                Duration::from_millis(self.0)
            }

            /// Its length in milliseconds.
            pub const fn as_millis(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_length(f, self.0)
            }
        }
    };
}

clock! {
    /// How long a session may rest since its last use (ASVS V7.3.1).
    IdleTimeout
}
clock! {
    /// How long a session may last since its proof, however busy it is (ASVS V7.3.2).
    AbsoluteTimeout
}
clock! {
    /// How long one token serves before the same session gets a new one.
    RenewalInterval
}

fn write_length(f: &mut fmt::Formatter<'_>, milliseconds: u64) -> fmt::Result {
    const UNITS: [(u64, &str); 5] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"), (1, "ms")];
    let (size, unit) = UNITS
        .into_iter()
        .find(|(size, _)| milliseconds >= *size && milliseconds.is_multiple_of(*size))
        .unwrap_or((1, "ms"));
    write!(f, "{} {unit}", milliseconds / size)
}

/// The two clocks that end a session. Both always run (promise 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Clocks {
    /// Since the last use.
    pub idle: IdleTimeout,
    /// Since the proof.
    pub absolute: AbsoluteTimeout,
}

impl Clocks {
    /// Both clocks.
    pub const fn new(idle: IdleTimeout, absolute: AbsoluteTimeout) -> Self {
        Self { idle, absolute }
    }

    /// These clocks, shortened where `shorter` is shorter; never lengthened.
    #[must_use]
    pub fn shortened(self, shorter: Shorter) -> Self {
        Self {
            idle: shorter.idle.map_or(self.idle, |idle| idle.min(self.idle)),
            absolute: shorter.absolute.map_or(self.absolute, |absolute| absolute.min(self.absolute)),
        }
    }

    /// When a session ends by these clocks, and by which.
    pub fn deadline(self, proven_at: Timestamp, last_use: Timestamp) -> Deadline {
        let absolute = proven_at.saturating_add(self.absolute.duration());
        let idle = last_use.saturating_add(self.idle.duration());
        if absolute <= idle { Deadline::Absolute(absolute) } else { Deadline::Idle(idle) }
    }
}

/// When a session will end if nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deadline {
    /// Because it was not used.
    Idle(Timestamp),
    /// Because it has lasted long enough.
    Absolute(Timestamp),
}

impl Deadline {
    /// The moment.
    pub const fn at(self) -> Timestamp {
        match self {
            Self::Idle(at) | Self::Absolute(at) => at,
        }
    }
}

/// Timeouts of one session that are shorter than the policy's. They can only shorten: a longer one
/// has no effect, and a policy that becomes shorter wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Shorter {
    /// A shorter idle timeout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<IdleTimeout>,
    /// A shorter absolute timeout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absolute: Option<AbsoluteTimeout>,
}

impl Shorter {
    /// No session of its own makes nothing shorter.
    pub const fn none() -> Self {
        Self { idle: None, absolute: None }
    }

    /// A shorter idle timeout.
    #[must_use]
    pub const fn idle(mut self, idle: IdleTimeout) -> Self {
        self.idle = Some(idle);
        self
    }

    /// A shorter absolute timeout.
    #[must_use]
    pub const fn absolute(mut self, absolute: AbsoluteTimeout) -> Self {
        self.absolute = Some(absolute);
        self
    }
}

/// Which clocks a session runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionClass {
    /// Nobody is signed in.
    Anonymous,
    /// Signed in until the browser closes: the cookie has no lifetime of its own.
    Browser,
    /// Signed in with "remember me": the cookie outlives the browser.
    Persistent,
}

/// The clocks of every class, as a store needs them to tell who is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClockTable {
    /// Of anonymous sessions.
    pub anonymous: Clocks,
    /// Of signed-in sessions that end with the browser.
    pub browser: Clocks,
    /// Of remembered sessions.
    pub persistent: Clocks,
}

impl ClockTable {
    /// The clocks of one class.
    pub const fn of(&self, class: SessionClass) -> Clocks {
        match class {
            SessionClass::Anonymous => self.anonymous,
            SessionClass::Browser => self.browser,
            SessionClass::Persistent => self.persistent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_only_shorten() {
        let clocks = Clocks::new(IdleTimeout::minutes(10), AbsoluteTimeout::hours(1));
        let longer = Shorter::none().idle(IdleTimeout::hours(9)).absolute(AbsoluteTimeout::days(9));
        assert_eq!(clocks.shortened(longer), clocks);
        let shorter = Shorter::none().idle(IdleTimeout::minutes(1));
        assert_eq!(clocks.shortened(shorter).idle, IdleTimeout::minutes(1));
    }

    #[test]
    fn lengths_read_as_people_write_them() {
        assert_eq!(IdleTimeout::minutes(90).to_string(), "90 min");
        assert_eq!(AbsoluteTimeout::days(30).to_string(), "30 d");
        assert_eq!(IdleTimeout::seconds(0).to_string(), "0 ms");
    }
}
