//! SA-TOK-06: tokens are no hash of something that can be guessed.

use super::{
    analysed::{analysed_reference, apart, guesses, options},
    judged,
};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    tokens::FindingKind,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-06", Group::Token, Severity::High, "tokens are no hash of a guess")
        .explained(
            "Hashes and encodes what careless programs make tokens of, counters and seeds, times around each request \
             to the microsecond, names of the accounts alone and with numbers, and compares with the run's sample. It \
             fails where two tokens match, which cannot be chance. A hash with a secret, or of more than a few million \
             possibilities, is not found: a pass excludes careless generators and no others. No request is sent beyond \
             those of the sample.",
        )
        .remedied_by(
            "Do not hash times, counters or names: a hash adds no randomness. Take 16 bytes from the operating \
             system's random source.",
        )
        .standards(&["7.2.3", "11.5.1"], &["SESS-01"], &[335, 337, 341])
        .from_profile(Profile::Standard),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let analysed = analysed_reference(audit).await?;
    let guesses = guesses(audit);
    let analysis = apart(analysed.sample.clone(), options(audit).guesses(guesses)).await?;
    let words = format!("none of {guesses} guesses is behind a token");
    let outcome = judged(&analysis, &[FindingKind::Guessable], words);
    Ok(outcome.fact("taken by", analysed.collected.told()).shown_by(analysed.collected.evidence()))
}
