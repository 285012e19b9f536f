//! What is known of a check before it runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Severity;
use crate::recipe::StepName;

/// What is known of a check before it runs: its question, its requirements, its cost.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Description {
    /// Stable, such as `SA-FIX-01`: options, baselines and suppressions name it.
    pub id: &'static str,
    /// The group it is listed under.
    pub group: Group,
    /// What holds where it passes, in at most eight words: `the session from before login is dead`.
    pub title: &'static str,
    /// What is done, and what is a failure, in two or three sentences.
    pub explanation: &'static str,
    /// What to change in the application where it fails.
    pub remedy: &'static str,
    /// How much a failure matters at most.
    pub severity: Severity,
    /// The requirements that it answers.
    pub standards: Standards,
    /// The smallest profile that has it.
    pub profile: Profile,
    /// Steps of the recipe without which it does not apply, besides `login` and `whoami`.
    pub needs: &'static [StepName],
    /// Whether it changes something that has to be put back, such as a password.
    pub is_destructive: bool,
    /// Whether it needs a second account.
    pub needs_second_account: bool,
    /// How many requests it takes, about.
    pub requests: u32,
}

impl Description {
    /// One with the given id, group, title and severity; the rest is set by the methods below.
    pub const fn new(id: &'static str, group: Group, severity: Severity, title: &'static str) -> Self {
        Self {
            id,
            group,
            title,
            explanation: "",
            remedy: "",
            severity,
            standards: Standards { asvs: &[], wstg: &[], cwe: &[] },
            profile: Profile::Quick,
            needs: &[],
            is_destructive: false,
            needs_second_account: false,
            requests: 0,
        }
    }

    /// Says what is done and what is a failure.
    #[must_use]
    pub const fn explained(mut self, explanation: &'static str) -> Self {
        self.explanation = explanation;
        self
    }

    /// Says what to change where it fails.
    #[must_use]
    pub const fn remedied_by(mut self, remedy: &'static str) -> Self {
        self.remedy = remedy;
        self
    }

    /// Names requirements: ASVS 5.0 (`7.2.4`), WSTG (`SESS-03`), CWE numbers.
    #[must_use]
    pub const fn standards(
        mut self,
        asvs: &'static [&'static str],
        wstg: &'static [&'static str],
        cwe: &'static [u16],
    ) -> Self {
        self.standards = Standards { asvs, wstg, cwe };
        self
    }

    /// The smallest profile that has it; the default is quick.
    #[must_use]
    pub const fn from_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Steps of the recipe without which it does not apply.
    #[must_use]
    pub const fn needs(mut self, steps: &'static [StepName]) -> Self {
        self.needs = steps;
        self
    }

    /// Marks it as one that changes something.
    #[must_use]
    pub const fn destructive(mut self) -> Self {
        self.is_destructive = true;
        self
    }

    /// Marks it as one that needs a second account.
    #[must_use]
    pub const fn two_accounts(mut self) -> Self {
        self.needs_second_account = true;
        self
    }

    /// How many requests it takes, about.
    #[must_use]
    pub const fn costs(mut self, requests: u32) -> Self {
        self.requests = requests;
        self
    }
}

/// The requirements that a check answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Standards {
    /// Requirements of the OWASP Application Security Verification Standard 5.0, such as `7.2.4`.
    pub asvs: &'static [&'static str],
    /// Tests of the OWASP Web Security Testing Guide, without `WSTG-`, such as `SESS-03`.
    pub wstg: &'static [&'static str],
    /// Numbers of the Common Weakness Enumeration.
    pub cwe: &'static [u16],
}

/// How much is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Profile {
    /// What takes seconds.
    Quick,
    /// What takes minutes.
    #[default]
    Standard,
    /// Everything, with large samples and many rounds.
    Deep,
}

impl Profile {
    /// Every profile, the smallest first.
    pub const ALL: [Self; 3] = [Self::Quick, Self::Standard, Self::Deep];

    /// The word that options and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Deep => "deep",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident => $code:literal, $title:literal;)*) => {
        /// What checks are listed under.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[non_exhaustive]
        pub enum Group {
            $($(#[$doc])* $name,)*
        }

        impl Group {
            /// Every group, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The middle of its checks' ids.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Its heading.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

groups! {
    /// Whether anything below can be believed, and what authenticates.
    Oracle => "ORC", "Oracle and inventory";
    /// How good tokens are.
    Token => "TOK", "Token quality";
    /// How cookies are set.
    Cookie => "CKE", "Cookies";
    /// Whether a token from before counts after.
    Fixation => "FIX", "Fixation and regeneration";
    /// Whether what was ended is dead.
    Termination => "END", "Termination";
    /// Whether sessions end by themselves.
    Timeout => "TMO", "Timeouts";
    /// Whether one person's sessions are counted, listed and ended right.
    Several => "MUL", "Several sessions";
    /// Whether tokens and answers show where they should not.
    Exposure => "EXP", "Exposure";
    /// Whether another site can act with a session.
    CrossSite => "CSR", "Cross-site requests";
    /// Whether the order of steps can be broken.
    Logic => "LOG", "Logic";
    /// Whether all of it holds under parallel requests.
    Race => "RAC", "Races";
    /// Whether tokens that carry their own content can be forged.
    SelfContained => "JWT", "Self-contained tokens";
    /// Whether remember-me tokens end.
    RememberMe => "RMB", "Remember me";
    /// Whether sign-on elsewhere and the session here end together.
    Federation => "FED", "Federation";
    /// Whether a token is bound to a client.
    Binding => "BND", "Binding";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bigger_profile_has_what_a_smaller_one_has() {
        assert!(Profile::Quick < Profile::Standard && Profile::Standard < Profile::Deep);
    }
}
