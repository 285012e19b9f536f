//! Tests of randomness on what is left when structure is taken away.
//!
//! Each test has a distribution under the hypothesis that tokens are fair and independent, exact wherever that can
//! be had: an audit that accuses a sound generator is worth less than none. Which test runs at which number of
//! tokens follows from where its distribution can be trusted.

mod binomial;
mod columns;
mod compression;
mod order;
mod spacing;
mod spectrum;
mod symbols;

use serde::Serialize;

use self::binomial::FairCoins;
use super::{decode::Field, structure::Kept};

/// What kind of test: a rejection is confirmed by the same kind only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Family {
    /// Each character as often as the others.
    Characters,
    /// Each bit as often one as zero.
    Ones,
    /// A bit changes from token to token half of the time.
    Runs,
    /// A bit is independent of itself some tokens before.
    Lags,
    /// Two bits of a token are independent.
    Pairs,
    /// A bit is independent of another bit of the token before.
    Neighbours,
    /// No period.
    Spectrum,
    /// Values neither grow nor fall with time.
    Order,
    /// Spacings of values repeat as often as chance has it.
    Spacings,
    /// Tokens compress no better than simulated ones.
    Compression,
}

impl Family {
    /// What the tests of this kind ask, to go after "the test that".
    pub const fn says(self) -> &'static str {
        match self {
            Self::Characters => "each character is as frequent as the others",
            Self::Ones => "each bit is as often one as zero",
            Self::Runs => "a bit changes from token to token half of the time",
            Self::Lags => "a bit is independent of itself in earlier tokens",
            Self::Pairs => "two bits of a token are independent",
            Self::Neighbours => "a bit is independent of the bits of the token before",
            Self::Spectrum => "no bit has a period",
            Self::Order => "values neither grow nor fall with time",
            Self::Spacings => "distances between values repeat only by chance",
            Self::Compression => "tokens compress no better than simulated ones",
        }
    }
}

/// One test and its result.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) family: Family,
    /// The chance of a result at least as strange from fair tokens.
    pub(super) p: f64,
    /// How large the deviation is, in words for readers: `ones 0.61`.
    pub(super) effect: Effect,
    /// The characters of the token that it is about.
    pub(super) places: [Option<usize>; 2],
}

/// How far a result is from what was expected, kept as numbers until somebody asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effect {
    pub(super) what: &'static str,
    pub(super) found: f64,
    pub(super) expected: f64,
}

/// Runs every test that makes sense at this number of tokens.
pub(super) fn run(fields: &[Field], kept: &[Kept], seed: u64) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut coins = FairCoins::default();
    let all = columns::Columns::of(fields, kept);
    columns::run(&all, &mut coins, &mut tests);
    spectrum::run(&all, &mut tests);
    for (field, kept) in fields.iter().zip(kept) {
        symbols::run(field, kept, &mut tests);
        order::run(field, kept, &mut tests);
        spacing::run(field, kept, &mut tests);
        compression::run(field, kept, seed, &mut tests);
    }
    tests
}
