//! SA-TOK-04: tokens pass tests of randomness.

use super::{
    analysed::{Analysed, analysed_reference},
    judged,
};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity, Verdict},
    checks::Check,
    tokens::{Analysis, FindingKind},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-04", Group::Token, Severity::High, "tokens pass tests of randomness")
        .explained(
            "Takes structure away and runs thousands of tests on what is left of the run's sample: frequencies, runs, \
             correlations, periods, order. A chance of one in 10,000 for all tests together is the bar, and a \
             rejection counts only when a fresh sample of the same size repeats it, or when it is beyond all doubt. A \
             pass proves no generator good: see SA-TOK-05 and SA-TOK-06 for those that no such test sees.",
        )
        .remedied_by(
            "Draw tokens from the operating system's random source (getrandom, SecureRandom, crypto.randomBytes, \
             secrets), never from a general purpose generator.",
        )
        .standards(&["7.2.3"], &["SESS-01"], &[330])
        .from_profile(Profile::Standard)
        .costs(500),
    |audit| Box::pin(run(audit)),
);

/// Fewer tokens let these tests see nothing.
const FEWEST: usize = 100;

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let analysed = analysed_reference(audit).await?;
    let mut analysis = analysed.analysis.clone();
    if analysis.tests == 0 {
        let why = format!("the tokens are {}: there are no places to be tested", analysis.format);
        return Err(Outcome::inconclusive(Reason::NotObserved, why)
            .shown_by(analysed.collected.evidence())
            .into());
    }
    let mut evidence: Vec<_> = analysed.collected.evidence().collect();
    if analysis.needs_fresh_sample() {
        let fresh = analysed.collected.again(audit).await?;
        evidence.extend(fresh.evidence());
        analysis = analysis.confirmed_by(&fresh.sample(audit)?);
    }
    let outcome = match analysis.verdict() {
        Verdict::Inconclusive { reason } => Outcome::inconclusive(reason, analysis.sentence()),
        _ => judged(&analysis, &[FindingKind::Statistics], passed(&analysis)),
    };
    let is_pass = outcome.verdict == Verdict::Pass;
    let outcome = if is_pass && analysis.tokens < FEWEST { too_few(&analysed) } else { outcome };
    let outcome = analysis.looks.iter().take(3).fold(outcome, |outcome, look| {
        outcome.fact("worth a look, no verdict follows", format!("{} (p = {:.1e})", look.effect, look.p))
    });
    let outcome = analysis.plots().into_iter().fold(outcome, Outcome::drawn);
    Ok(outcome.fact("tests", analysis.tests).fact("taken by", analysed.collected.told()).shown_by(evidence))
}

fn passed(analysis: &Analysis) -> String {
    let lower = analysis.numbers.map_or(0.0, |numbers| numbers.lower);
    format!("{} tests reject nothing; the data alone support {lower:.0} bits", analysis.tests)
}

fn too_few(analysed: &Analysed) -> Outcome {
    let why = format!(
        "{} tokens could be taken, and fewer than {FEWEST} show too little ({})",
        analysed.analysis.tokens,
        analysed.collected.told()
    );
    Outcome::inconclusive(Reason::NotObserved, why)
}
