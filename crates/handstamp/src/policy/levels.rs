//! The distance of a policy from the assurance levels of NIST SP 800-63B-4.

use std::fmt;

use super::{AbsoluteTimeout, Clocks, IdleTimeout, Policy};

/// An authenticator assurance level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Overall timeout at most 30 days (section 2.1.3).
    Aal1,
    /// Overall at most 24 hours, idle at most 1 hour (section 2.2.3).
    Aal2,
    /// Overall at most 12 hours, idle at most 15 minutes (section 2.3.3).
    Aal3,
}

impl Level {
    const fn paragraph(self) -> &'static str {
        match self {
            Self::Aal1 => "section 2.1.3",
            Self::Aal2 => "section 2.2.3",
            Self::Aal3 => "section 2.3.3",
        }
    }

    const fn absolute(self) -> AbsoluteTimeout {
        match self {
            Self::Aal1 => AbsoluteTimeout::days(30),
            Self::Aal2 => AbsoluteTimeout::hours(24),
            Self::Aal3 => AbsoluteTimeout::hours(12),
        }
    }

    const fn idle(self) -> Option<IdleTimeout> {
        match self {
            Self::Aal1 => None,
            Self::Aal2 => Some(IdleTimeout::hours(1)),
            Self::Aal3 => Some(IdleTimeout::minutes(15)),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aal1 => "AAL1",
            Self::Aal2 => "AAL2",
            Self::Aal3 => "AAL3",
        })
    }
}

/// One way in which a policy differs from a level, with the paragraph it differs from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deviation {
    /// The paragraph of NIST SP 800-63B-4.
    pub paragraph: &'static str,
    /// `SHALL`, `SHOULD` ... as the paragraph has it.
    pub strength: &'static str,
    /// What differs.
    pub what: String,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (NIST 800-63B-4 {}, {})", self.what, self.paragraph, self.strength)
    }
}

impl Policy {
    /// Every deviation from `level`, none if the policy meets it.
    pub fn deviations(&self, level: Level) -> Vec<Deviation> {
        let mut found = Vec::new();
        clock_deviations(level, "signed-in", self.signed_in, &mut found);
        if let Some(remembered) = self.remembered {
            clock_deviations(level, "remembered", remembered, &mut found);
            found.push(Deviation {
                paragraph: "section 5.1",
                strength: "SHOULD NOT",
                what: "remembered sessions keep a bearer secret across a restart of the browser".into(),
            });
        }
        found
    }
}

fn clock_deviations(level: Level, which: &str, clocks: Clocks, found: &mut Vec<Deviation>) {
    if clocks.absolute > level.absolute() {
        found.push(Deviation {
            paragraph: level.paragraph(),
            strength: if level == Level::Aal3 { "SHALL" } else { "SHOULD" },
            what: format!("{which} sessions last {}, more than {}", clocks.absolute, level.absolute()),
        });
    }
    if let Some(idle) = level.idle()
        && clocks.idle > idle
    {
        found.push(Deviation {
            paragraph: level.paragraph(),
            strength: "SHOULD",
            what: format!("{which} sessions may rest {}, more than {idle}", clocks.idle),
        });
    }
}
