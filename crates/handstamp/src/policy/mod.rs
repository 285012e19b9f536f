//! The policy: how long sessions last, how many an account may have, how tokens change.
//!
//! Every limit is on by default. A policy prints itself and every deviation from the levels of NIST
//! 800-63B-4, which is what ASVS V7.1.1 and V7.1.2 ask to be documented.

mod cap;
mod clocks;
mod levels;

pub use cap::{Cap, CapRule};
pub use clocks::{
    AbsoluteTimeout, ClockTable, Clocks, Deadline, IdleTimeout, RenewalInterval, SessionClass, Shorter,
};
pub use levels::{Deviation, Level};

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// How long an old token stays good after its successor was first presented, unless changed.
const GRACE: Duration = Duration::from_secs(30);
/// How much later than the acknowledging node another one may refuse an ended session, unless changed.
const MAX_STALENESS: Duration = Duration::from_secs(1);
/// The longest that may be chosen.
const MAX_STALENESS_AT_MOST: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// The rules of a realm. Start from [`Policy::aal1`], [`Policy::aal2`] (the default) or
/// [`Policy::aal3`] and change what has to differ; [`Policy::deviations`] lists the consequences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// Clocks of signed-in sessions that end with the browser.
    pub signed_in: Clocks,
    /// Clocks of remembered sessions; `None` (the default) makes "remember me" an ordinary sign-in.
    pub remembered: Option<Clocks>,
    /// Clocks of anonymous sessions. Default: idle 1 h, absolute 24 h.
    pub anonymous: Clocks,
    /// How long one token serves. Default 15 min.
    pub renewal: RenewalInterval,
    /// How long an old token stays good once its successor has been presented. Default 30 s.
    pub grace: Duration,
    /// How many sessions an account may have, and what happens at the limit. Default 100, the
    /// oldest ends.
    pub cap: Cap,
    /// How long after `begin_sign_in` a sign-in may still complete. Default 15 min.
    pub sign_in_window: Duration,
    /// How long an ended session is remembered, so that its holder and the devices page can be told
    /// why. Default 7 days.
    pub ended_retention: Duration,
    /// At most this many ended sessions are remembered per account. Default 50.
    pub ended_per_account: u32,
    /// Store network addresses whole instead of truncated to /24 and /48. Default no: they are
    /// personal data.
    pub whole_addresses: bool,
    /// How much later than the node that acknowledged it every other node refuses an ended session at
    /// the latest: how old an answer from the [near cache](crate::cache) may be. Default 1 s; 0, the
    /// default at AAL3, asks the store each time. At most 60 s.
    #[serde(default = "max_staleness")]
    pub max_staleness: Duration,
}

/// For policies that were written down before there was a near cache.
const fn max_staleness() -> Duration {
    MAX_STALENESS
}

impl Policy {
    /// Idle 14 days, absolute 30 days (NIST 800-63B-4 section 2.1.3).
    pub fn aal1() -> Self {
        Self::with(Clocks::new(IdleTimeout::days(14), AbsoluteTimeout::days(30)), 100)
    }

    /// Idle 1 hour, absolute 24 hours (NIST 800-63B-4 section 2.2.3). The default.
    pub fn aal2() -> Self {
        Self::with(Clocks::new(IdleTimeout::hours(1), AbsoluteTimeout::hours(24)), 100)
    }

    /// Idle 15 minutes, absolute 12 hours (NIST 800-63B-4 section 2.3.3).
    ///
    /// Every verdict is asked of the store: an end holds on every node at once.
    pub fn aal3() -> Self {
        Self::with(Clocks::new(IdleTimeout::minutes(15), AbsoluteTimeout::hours(12)), 100)
            .max_staleness(Duration::ZERO)
    }

    fn with(signed_in: Clocks, sessions: u32) -> Self {
        Self {
            signed_in,
            remembered: None,
            anonymous: Clocks::new(IdleTimeout::hours(1), AbsoluteTimeout::hours(24)),
            renewal: RenewalInterval::minutes(15),
            grace: GRACE,
            cap: Cap::keep_newest(sessions),
            sign_in_window: Duration::from_secs(15 * 60),
            ended_retention: 7 * DAY,
            ended_per_account: 50,
            whole_addresses: false,
            max_staleness: MAX_STALENESS,
        }
    }

    /// Changes the clocks of signed-in sessions.
    #[must_use]
    pub fn signed_in(mut self, idle: IdleTimeout, absolute: AbsoluteTimeout) -> Self {
        self.signed_in = Clocks::new(idle, absolute);
        self
    }

    /// Allows "remember me", with clocks of its own. A bearer cookie that outlives the browser
    /// deviates from NIST 800-63B-4 section 5.1; [`Policy::deviations`] says so.
    #[must_use]
    pub fn remember_me(mut self, idle: IdleTimeout, absolute: AbsoluteTimeout) -> Self {
        self.remembered = Some(Clocks::new(idle, absolute));
        self
    }

    /// Changes the clocks of anonymous sessions.
    #[must_use]
    pub fn anonymous(mut self, idle: IdleTimeout, absolute: AbsoluteTimeout) -> Self {
        self.anonymous = Clocks::new(idle, absolute);
        self
    }

    /// Changes how long one token serves.
    #[must_use]
    pub fn renewal(mut self, every: RenewalInterval) -> Self {
        self.renewal = every;
        self
    }

    /// Changes how many sessions an account may have.
    #[must_use]
    pub fn cap(mut self, cap: Cap) -> Self {
        self.cap = cap;
        self
    }

    /// Changes how much later than the acknowledging node every other one refuses an ended session.
    #[must_use]
    pub fn max_staleness(mut self, at_most: Duration) -> Self {
        self.max_staleness = at_most;
        self
    }

    /// The clocks by class. Without "remember me", remembered sessions run on the ordinary clocks,
    /// also those that began under an earlier policy.
    pub fn clocks(&self) -> ClockTable {
        ClockTable {
            anonymous: self.anonymous,
            browser: self.signed_in,
            persistent: self.remembered.unwrap_or(self.signed_in),
        }
    }

    /// At most one last-use time is written per session in this time: a thirtieth of the idle
    /// timeout, at most a minute. This is the precision of "last used".
    pub fn touch_interval(idle: IdleTimeout) -> Duration {
        (idle.duration() / 30).min(Duration::from_secs(60))
    }

    /// Checks the whole policy once, where it is set.
    pub fn check(&self) -> Result<(), PolicyError> {
        for (name, clocks) in [
            ("signed_in", Some(self.signed_in)),
            ("remembered", self.remembered),
            ("anonymous", Some(self.anonymous)),
        ] {
            let Some(clocks) = clocks else { continue };
            if clocks.idle.as_millis() < 1000 || clocks.absolute.as_millis() < 1000 {
                return Err(PolicyError::TooShort { clocks: name });
            }
            if clocks.idle.duration() > clocks.absolute.duration() {
                return Err(PolicyError::IdleAboveAbsolute { clocks: name });
            }
        }
        if self.renewal.duration() <= self.grace {
            return Err(PolicyError::RenewalWithinGrace);
        }
        if self.cap.sessions == 0 {
            return Err(PolicyError::NoSessions);
        }
        if self.max_staleness > MAX_STALENESS_AT_MOST {
            return Err(PolicyError::TooStale);
        }
        Ok(())
    }
}

impl Default for Policy {
    /// [`Policy::aal2`].
    fn default() -> Self {
        Self::aal2()
    }
}

/// Why a policy was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A timeout below one second.
    #[error("the `{clocks}` timeouts must be at least 1 s each; to switch sign-in off, put accounts on hold")]
    #[non_exhaustive]
    TooShort {
        /// Which clocks.
        clocks: &'static str,
    },
    /// Such an idle timeout could never fire.
    #[error("the `{clocks}` idle timeout is longer than the absolute one and would never fire")]
    #[non_exhaustive]
    IdleAboveAbsolute {
        /// Which clocks.
        clocks: &'static str,
    },
    /// Two renewals would overlap.
    #[error("the renewal interval must be longer than the grace, or two renewals would overlap")]
    RenewalWithinGrace,
    /// Nobody could sign in.
    #[error("a cap of 0 lets nobody in; the smallest is 1")]
    NoSessions,
    /// An ended session would go on living elsewhere.
    #[error(
        "a session that has ended may be let in elsewhere for at most 60 s: choose a shorter `max_staleness`"
    )]
    TooStale,
}

impl fmt::Display for Policy {
    /// The effective policy in words, then every deviation from the nearest level: what ASVS
    /// V7.1.1 and V7.1.2 want written down.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clocks = |clocks: Clocks| format!("idle {}, absolute {}", clocks.idle, clocks.absolute);
        writeln!(f, "signed in:   {}", clocks(self.signed_in))?;
        match self.remembered {
            Some(remembered) => writeln!(f, "remembered:  {}", clocks(remembered))?,
            None => writeln!(f, "remembered:  not offered")?,
        }
        writeln!(f, "anonymous:   {}", clocks(self.anonymous))?;
        writeln!(
            f,
            "renewal:     every {}, old token good for {} s after the new one is used",
            self.renewal,
            self.grace.as_secs()
        )?;
        writeln!(f, "sessions:    {}", self.cap)?;
        writeln!(
            f,
            "ended ones:  kept {} days, at most {} per account",
            self.ended_retention.as_secs() / 86_400,
            self.ended_per_account
        )?;
        writeln!(
            f,
            "addresses:   {}",
            if self.whole_addresses { "stored whole" } else { "stored as /24 and /48" }
        )?;
        let staleness = match self.max_staleness.as_millis() {
            0 => "holds on every node at once: each verdict is asked of the store".to_owned(),
            milliseconds => format!("holds on every other node within {milliseconds} ms"),
        };
        writeln!(f, "an end:      {staleness}")?;
        for level in [Level::Aal1, Level::Aal2, Level::Aal3] {
            let deviations = self.deviations(level);
            if deviations.is_empty() {
                writeln!(f, "{level}:        met")?;
            }
            for deviation in deviations {
                writeln!(f, "{level}:        {deviation}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_meet_their_level() {
        for (policy, level) in
            [(Policy::aal1(), Level::Aal1), (Policy::aal2(), Level::Aal2), (Policy::aal3(), Level::Aal3)]
        {
            assert_eq!(policy.check(), Ok(()));
            assert_eq!(policy.deviations(level), []);
        }
        assert_eq!(Policy::default(), Policy::aal2());
        assert_eq!(Policy::aal3().max_staleness, Duration::ZERO, "asks each time");
    }

    #[test]
    fn nonsense_is_refused() {
        let short = Policy::aal2().signed_in(IdleTimeout::seconds(0), AbsoluteTimeout::hours(1));
        assert_eq!(short.check(), Err(PolicyError::TooShort { clocks: "signed_in" }));
        let idle = Policy::aal2().anonymous(IdleTimeout::hours(2), AbsoluteTimeout::hours(1));
        assert_eq!(idle.check(), Err(PolicyError::IdleAboveAbsolute { clocks: "anonymous" }));
        assert_eq!(
            Policy::aal2().renewal(RenewalInterval::seconds(30)).check(),
            Err(PolicyError::RenewalWithinGrace)
        );
        assert_eq!(Policy::aal2().cap(Cap::refuse_above(0)).check(), Err(PolicyError::NoSessions));
        let stale = Policy::aal2().max_staleness(Duration::from_millis(60_001));
        assert_eq!(stale.check(), Err(PolicyError::TooStale));
    }

    #[test]
    fn a_policy_prints_itself_with_its_distance_from_each_level() {
        let text = Policy::aal1().remember_me(IdleTimeout::days(30), AbsoluteTimeout::days(90)).to_string();
        for part in [
            "idle 14 d, absolute 30 d",
            "at most 100 sessions",
            "within 1000 ms",
            "section 2.1.3",
            "section 5.1",
            "AAL3",
        ] {
            assert!(text.contains(part), "{part} missing in\n{text}");
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        let mut json = serde_json::to_value(Policy::aal2()).unwrap();
        assert!(serde_json::from_value::<Policy>(json.clone()).is_ok());
        json.as_object_mut().unwrap().remove("max_staleness");
        let earlier: Policy = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(earlier, Policy::aal2(), "one from before the near cache");
        json["idel"] = 1.into();
        assert!(serde_json::from_value::<Policy>(json).is_err());
    }
}
