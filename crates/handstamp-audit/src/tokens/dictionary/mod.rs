//! Tokens that are a hash, or another spelling, of something that can be guessed: a counter, a time, a name.
//!
//! A match of 8 bytes or more in two tokens cannot be chance, and a hash of a guess passes every test of randomness:
//! this is the only way to see one.

mod guesses;
mod targets;

use std::ops::ControlFlow;

use self::{guesses::Guess, targets::Targets};
use super::{
    analysis::Progress,
    decode::Layout,
    finding::{Finding, FindingKind},
    options::Options,
    sample::Sample,
};
use crate::check::Severity;

/// How many guesses are made between two reports of progress.
const STEP: u64 = 65_536;

/// Two tokens that match are proof.
const PROOF: usize = 2;

/// What the tokens were made of.
pub(super) struct Match {
    what: &'static str,
    how: &'static str,
    tokens: usize,
    guesses: u64,
}

impl Match {
    /// The bits that an attacker has to guess, at most.
    pub(super) fn bits(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "its logarithm is wanted")]
        let guesses = self.guesses as f64;
        guesses.max(1.0).log2()
    }

    pub(super) fn finding(&self) -> Finding {
        let Self { what, how, tokens, .. } = self;
        let headline = format!(
            "{tokens} tokens are {how} of {what}, found among {:.0} bits of guesses",
            self.bits().max(1.0)
        );
        Finding::new(FindingKind::Guessable, Severity::High, headline)
    }
}

/// Makes guesses until two tokens match, the guesses end, or the caller stops it.
pub(super) fn run(
    sample: &Sample,
    layout: &Layout,
    options: &Options,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Option<Match> {
    let targets = Targets::of(layout);
    if targets.is_empty() || options.guesses == 0 {
        return None;
    }
    let mut made = 0;
    let mut found: Vec<(&'static str, &'static str, usize)> = Vec::new();
    let mut hit = None;
    let mut guess = |guess: Guess<'_>| {
        if made >= options.guesses {
            return ControlFlow::Break(());
        }
        made += 1;
        for (how, token) in targets.matching(guess.bytes) {
            if !found.contains(&(guess.what, how, token)) {
                found.push((guess.what, how, token));
            }
            let same = found.iter().filter(|(what, other, _)| *what == guess.what && *other == how).count();
            if same >= PROOF {
                hit = Some(Match { what: guess.what, how, tokens: same, guesses: made });
                return ControlFlow::Break(());
            }
        }
        if made % STEP == 0 {
            watch(Progress { guesses: made, of: options.guesses })
        } else {
            ControlFlow::Continue(())
        }
    };
    // It ends by itself or by a break: both are an end.
    let _ = guesses::all(sample, options, &mut guess);
    hit
}
