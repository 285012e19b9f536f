//! What an analysis may do and know.

use std::time::SystemTime;

/// What an analysis may do and know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Names, mail addresses and identifiers of the accounts, to be looked for in tokens and in what was hashed.
    pub words: Vec<String>,
    /// When tokens that carry no time of their own were collected.
    pub collected: Option<SystemTime>,
    /// The most texts that are hashed and compared, 3,000,000 unless set; 0 leaves the dictionary out.
    /// All seeds of 24 bits in their usual spellings need about 80,000,000.
    pub guesses: u64,
    /// Seeds the simulations, so that an analysis can be repeated.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { words: Vec::new(), collected: None, guesses: 3_000_000, seed: 1 }
    }
}

impl Options {
    /// The options that fit most.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks for these names too.
    #[must_use]
    pub fn words(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    /// Says when the tokens were collected.
    #[must_use]
    pub fn collected(mut self, at: SystemTime) -> Self {
        self.collected = Some(at);
        self
    }

    /// Sets how many texts may be hashed and compared.
    #[must_use]
    pub fn guesses(mut self, guesses: u64) -> Self {
        self.guesses = guesses;
        self
    }

    /// Seeds the simulations.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}
