//! SA-TOK-03: tokens mean nothing.

use super::{analysed::analysed, judged};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Severity},
    checks::Check,
    tokens::FindingKind,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-03", Group::Token, Severity::High, "tokens hold no time, counter or person")
        .explained(
            "Takes the tokens of the run's sample apart: encodings, identifiers such as UUID, times of every usual \
             clock, counters, parts that depend on the account, readable names. It fails where a person's data can be \
             read, or where what remains random has fewer than 128 bits (high below 64). A time counts only where it \
             follows the clock from token to token. No request is sent beyond those of the sample.",
        )
        .remedied_by(
            "Make the whole token random, at least 16 bytes from the operating system's random source, with nothing \
             else in it; keep what is said of a person on the server.",
        )
        .standards(&["14.2.6", "7.2.3"], &["SESS-01"], &[340, 341, 200]),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let analysed = analysed(audit).await?;
    let kinds = [
        FindingKind::Timestamp,
        FindingKind::Counter,
        FindingKind::OfTheAccount,
        FindingKind::OfTheConnection,
        FindingKind::PersonalData,
    ];
    let words = format!("{}: nothing in them was found to mean anything", analysed.analysis.format);
    let mut outcome = judged(&analysed.analysis, &kinds, words);
    if !analysed.analysis.carries.is_empty() {
        outcome = outcome.fact("carries", analysed.analysis.carries.join(", "));
    }
    let places: Vec<_> =
        analysed.analysis.findings.iter().filter(|finding| kinds.contains(&finding.kind)).collect();
    for finding in places {
        let (Some(first), Some(last)) = (finding.positions.iter().min(), finding.positions.iter().max())
        else {
            continue;
        };
        outcome =
            outcome.fact(format!("characters of {}", finding.kind.word()), format!("{first} to {last}"));
    }
    Ok(outcome.shown_by(analysed.collected.evidence()))
}
