//! Behaviours that are legal and unusual: no check may take one for a flaw.

use std::{collections::BTreeSet, fmt, str::FromStr};

macro_rules! behaviours {
    ($($name:ident => $word:literal, $does:literal;)*) => {
        /// A behaviour that is legal and unusual.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Benign {
            $(#[doc = $does] $name,)*
        }

        impl Benign {
            /// Every behaviour.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What the application then does.
            pub const fn does(self) -> &'static str {
                match self { $(Self::$name => $does,)* }
            }
        }
    };
}

behaviours! {
    RandomNoise => "random-noise", "Every page has something random in it.";
    OtherTexts => "other-texts", "Pages come in two wordings, by turns.";
    OtherLanguage => "other-language", "Pages are in another language.";
    SecondCookie => "second-cookie", "Every answer sets a random cookie that means nothing.";
    Blips => "503-blips", "Every seventh request is answered 503.";
    Forbids => "401", "Who is not signed in gets 401 instead of a redirect.";
    ShowsForm => "200-with-form", "Who is not signed in gets the login form with 200.";
    SingleSession => "single-session", "A login ends every other session of the account.";
    SlowsDown => "429-after-bad-tokens", "Twenty wrong tokens within a second are answered 429.";
    SignedToken => "signed-token", "Tokens are JWTs around the session's id, verified as they have to be.";
    PublicCache => "public-cache", "Pages for everybody may be kept by caches.";
}

impl fmt::Display for Benign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Benign {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|benign| benign.name() == text);
        found.ok_or_else(|| format!("no benign behaviour is called {text:?}; --list-flaws shows all"))
    }
}

/// The behaviours that are switched on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviours(pub(crate) BTreeSet<Benign>);

impl Behaviours {
    pub(crate) fn has(&self, benign: Benign) -> bool {
        self.0.contains(&benign)
    }
}
