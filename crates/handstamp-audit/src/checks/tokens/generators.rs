//! SA-TOK-05: the next token cannot be predicted.

use super::{analysed::analysed_reference, judged};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    tokens::FindingKind,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-05", Group::Token, Severity::High, "the next token cannot be predicted")
        .explained(
            "Attacks the run's sample, tokens in a row, as outputs of java.util.Random, MT19937, linear congruential \
             generators, rand() of glibc, Math.random() of V8 and any generator that is linear over bits, and looks \
             for parts that follow from the rest. It fails only where tokens that the attack had not seen were \
             predicted exactly. Tokens of other visitors in between hide a generator: a pass on a busy application \
             says less. No request is sent beyond those of the sample.",
        )
        .remedied_by(
            "Draw tokens from the operating system's random source (getrandom, SecureRandom, crypto.randomBytes, \
             secrets), never from a general purpose generator, and add no checksum that an attacker can compute.",
        )
        .standards(&["7.2.3", "11.5.1"], &["SESS-01"], &[338, 342])
        .from_profile(Profile::Standard),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let analysed = analysed_reference(audit).await?;
    let kinds = [FindingKind::Predictable, FindingKind::LinearGenerator, FindingKind::Dependent];
    let words = format!("no known generator fits {} tokens in a row", analysed.analysis.tokens);
    let outcome = judged(&analysed.analysis, &kinds, words);
    Ok(outcome.fact("taken by", analysed.collected.told()).shown_by(analysed.collected.evidence()))
}
