//! Why a session ended: the engine's codes, and the words people read for them.

use crate::strings::{ReasonWords, Strings};

macro_rules! end_reasons {
    ($($(#[$doc:meta])* $reason:ident = $code:ident,)+) => {
        /// Why a session ended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EndReason {
            $($(#[$doc])* $reason,)+
            /// A reason that this version has no words for.
            Other,
        }

        impl EndReason {
            /// Every reason with a code.
            pub const ALL: &'static [Self] = &[$(Self::$reason),+];

            /// The stable code, as the change log and answers to programs carry it.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$reason => stringify!($code),)+
                    Self::Other => "other",
                }
            }

            /// The reason behind a code. One from a newer version is [`EndReason::Other`], so that
            /// versions can run side by side.
            pub fn from_code(code: &str) -> Self {
                match code {
                    $(stringify!($code) => Self::$reason,)+
                    _ => Self::Other,
                }
            }

            /// What people read.
            pub fn words(self, strings: &Strings) -> &ReasonWords {
                match self {
                    $(Self::$reason => &strings.reasons.$code,)+
                    Self::Other => &strings.reasons.other,
                }
            }
        }
    };
}

end_reasons! {
    /// The person signed out on that device.
    SignedOut = signed_out,
    /// The person ended it from another device.
    Revoked = revoked,
    /// A sign-in on the same device took its place.
    Replaced = replaced,
    /// It was not used for longer than the idle timeout.
    Idle = idle,
    /// The proof behind it grew older than the absolute timeout.
    Absolute = absolute,
    /// More sessions than the account may have.
    Limit = limit,
    /// A token that had been superseded was presented again: somebody may hold a copy.
    Reuse = reuse,
    /// The account's password or other credential changed.
    CredentialsChanged = credentials_changed,
    /// The account is on hold.
    AccountHeld = account_held,
    /// An administrator ended it.
    Admin = admin,
}

impl EndReason {
    /// Whether it may mean that somebody else holds or tried something.
    pub fn is_alarming(self) -> bool {
        matches!(self, Self::Reuse)
    }
}

#[cfg(test)]
mod tests {
    use super::EndReason;
    use crate::strings::ENGLISH;

    #[test]
    fn codes_come_back_as_their_reason() {
        for &reason in EndReason::ALL {
            assert_eq!(EndReason::from_code(reason.code()), reason);
        }
        assert_eq!(EndReason::from_code("of_a_later_version"), EndReason::Other);
    }

    #[test]
    fn every_reason_has_words_of_its_own() {
        let all = EndReason::ALL.iter().chain([&EndReason::Other]);
        let mut seen = Vec::new();
        for reason in all {
            let words = reason.words(&ENGLISH);
            for text in [words.listed, words.title, words.explanation] {
                assert!(text.len() > 5, "{reason:?} has no words");
            }
            assert!(!seen.contains(&words.listed), "{reason:?} shares its words");
            seen.push(words.listed);
        }
    }
}
