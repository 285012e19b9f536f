//! What an analysis finds, in words that checks and reports can tell apart.

use serde::Serialize;

use crate::check::Severity;

/// What kind of flaw was found; stable, so that a check can answer for some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The same token came twice.
    Repeated,
    /// The content can be read and carries the session itself.
    SelfContained,
    /// The format has too few bits, whatever fills them.
    TooShort,
    /// A UUID of version 4: 122 random bits, not 128.
    Uuid4,
    /// A part is a time.
    Timestamp,
    /// A part counts.
    Counter,
    /// A part depends on whose session it is.
    OfTheAccount,
    /// A part depends on the connection.
    OfTheConnection,
    /// A part can be computed from the rest: a checksum or a copy.
    Dependent,
    /// What is said of a person can be read.
    PersonalData,
    /// The next token was predicted.
    Predictable,
    /// The bits come from a linear generator.
    LinearGenerator,
    /// The token is a hash or an encoding of something that can be guessed.
    Guessable,
    /// A test of randomness was failed.
    Statistics,
}

impl FindingKind {
    /// The word that reports and files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Repeated => "repeated",
            Self::SelfContained => "self-contained",
            Self::TooShort => "too-short",
            Self::Uuid4 => "uuid4",
            Self::Timestamp => "timestamp",
            Self::Counter => "counter",
            Self::OfTheAccount => "of-the-account",
            Self::OfTheConnection => "of-the-connection",
            Self::Dependent => "dependent",
            Self::PersonalData => "personal-data",
            Self::Predictable => "predictable",
            Self::LinearGenerator => "linear-generator",
            Self::Guessable => "guessable",
            Self::Statistics => "statistics",
        }
    }

    /// What to do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Repeated => "Make a new token for every login, from the operating system's random source.",
            Self::SelfContained => {
                "Know that such a session cannot be ended on the server without a list of those that are over; \
                 prefer a random reference with the state kept on the server."
            }
            Self::TooShort | Self::Uuid4 => {
                "Make tokens of 16 random bytes or more, written as hex or base64url (ASVS 7.2.3, 11.5.1)."
            }
            Self::Timestamp
            | Self::Counter
            | Self::OfTheAccount
            | Self::OfTheConnection
            | Self::Dependent => {
                "Make the whole token random: at least 16 bytes from the operating system's random source, \
                 with nothing else in it."
            }
            Self::PersonalData => "Keep what is said of a person on the server; a token needs no meaning.",
            Self::Predictable | Self::LinearGenerator | Self::Statistics => {
                "Draw tokens from the operating system's random source (getrandom, SecureRandom, \
                 crypto.randomBytes, secrets), never from a general purpose generator."
            }
            Self::Guessable => {
                "Do not hash times, counters or names: a hash adds no randomness. Take 16 bytes from the \
                 operating system's random source."
            }
        }
    }
}

/// One flaw.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of flaw.
    pub kind: FindingKind,
    /// How much it matters here.
    pub severity: Severity,
    /// What was seen, in one line without any token.
    pub headline: String,
    /// The characters of the token that it is about, from 0; empty where it is about all.
    pub positions: Vec<usize>,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Finding {
    pub(super) fn new(kind: FindingKind, severity: Severity, headline: impl Into<String>) -> Self {
        Self { kind, severity, headline: headline.into(), positions: Vec::new(), remedy: kind.remedy() }
    }

    pub(super) fn at(mut self, positions: impl IntoIterator<Item = usize>) -> Self {
        self.positions = positions.into_iter().collect();
        self
    }
}
