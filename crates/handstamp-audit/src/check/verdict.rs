//! What a check concludes, and why it could not.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Severity;

/// What a check concludes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// The flaw was looked for with every control in place and not found.
    Pass,
    /// The flaw was seen.
    Fail {
        /// How much it matters here.
        severity: Severity,
    },
    /// Something differs from the declared policy, or a second line of defence is missing.
    Warn {
        /// How much it matters here.
        severity: Severity,
    },
    /// The question was asked and not answered.
    Inconclusive {
        /// Why not.
        reason: Reason,
    },
    /// The question does not arise here.
    NotApplicable {
        /// Why not.
        reason: Reason,
    },
    /// The auditor itself failed.
    Error,
}

impl Verdict {
    /// How much it matters, where it is a finding: `Fail` and `Warn` are.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Fail { severity } | Self::Warn { severity } => Some(severity),
            _ => None,
        }
    }

    /// Why there is no answer, where there is none.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Inconclusive { reason } | Self::NotApplicable { reason } => Some(reason),
            _ => None,
        }
    }

    /// The word that reports and files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail { .. } => "fail",
            Self::Warn { .. } => "warn",
            Self::Inconclusive { .. } => "inconclusive",
            Self::NotApplicable { .. } => "not-applicable",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident => $word:literal, $says:literal;)*) => {
        /// Why a question was not asked or not answered.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word that reports and files use.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it means, to go after "because".
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

reasons! {
    /// Who is signed in could not be told.
    NoOracle => "no-oracle", "who is signed in could not be told";
    /// The recipe lacks the step.
    NoStepInRecipe => "no-step-in-recipe", "the recipe has no step for it";
    /// The application slowed us down.
    RateLimited => "rate-limited", "the application limits the rate of requests";
    /// A puzzle for humans stood in the way.
    Captcha => "captcha", "a captcha stands in the way";
    /// The application's clock did not follow.
    ClockNotMoved => "clock-not-moved", "the application's clock did not move as asked";
    /// Requests or time were used up.
    Budget => "budget", "the budget of requests or time was used up";
    /// Two looks disagreed.
    Unstable => "unstable", "repeating it gave another answer";
    /// It would change or destroy something, and that was not allowed.
    DestructiveNotAllowed => "destructive-not-allowed", "it changes the account and --allow-destructive is not set";
    /// One account is not enough.
    SecondAccountMissing => "second-account-missing", "the recipe has one account and two are needed";
    /// An answer may have come from a cache.
    CachingSuspected => "caching-suspected", "an answer may have come from a cache";
    /// Nothing was seen, which proves nothing.
    NotObserved => "not-observed", "nothing was seen, which proves nothing";
    /// A control beside the question failed.
    ControlFailed => "control-failed", "a control beside the question failed";
    /// The application answered with errors.
    TargetFailing => "target-failing", "the application answered with errors";
    /// A step of the recipe did not do what it says.
    StepFailed => "step-failed", "a step of the recipe did not do what it expects";
    /// The target speaks plain HTTP.
    CleartextTarget => "cleartext-target", "the target is reached over plain HTTP";
    /// Only what the application says of itself is known.
    DeclaredOnly => "declared-only", "only a declared value is known, not what the server does";
    /// There is nothing to hold what the server does against.
    NotDeclared => "not-declared", "the recipe's policy does not declare what it is meant to be";
    /// Such a session does not have the feature that is asked about.
    NoSuchFeature => "no-such-feature", "the application has no such feature";
    /// The application gives no session before login.
    NoAnonymousSession => "no-anonymous-session", "the application gives no session before login";
    /// Parked sessions have not reached their time.
    Pending => "pending", "parked sessions have not reached their time yet";
    /// Another check has to pass first.
    NeedsAnotherCheck => "needs-another-check", "another check has to pass before this one means anything";
    /// The profile leaves it out.
    NotInProfile => "not-in-profile", "the chosen profile leaves it out";
    /// It was left out on request.
    Skipped => "skipped", "it was left out on request";
    /// This version does not have it yet.
    NotBuilt => "not-built", "this version does not have this check yet";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
