//! SA-TOK-02: tokens are long enough.

use super::{analysed::analysed_reference, judged};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
    tokens::FindingKind,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-02", Group::Token, Severity::High, "tokens have 128 bits that vary")
        .explained(
            "Decodes the tokens of the run's sample and counts the bits that are not the same in all of them; a \
             signature is not counted. It fails below 128 bits, high below 64, where guessing online is in reach; a \
             random UUID has 122 and fails by the letter of ASVS, low. No request is sent beyond those of the sample.",
        )
        .remedied_by("Make tokens of 16 random bytes or more, written as hex or base64url (ASVS 5.0 7.2.3, 11.5.1).")
        .standards(&["7.2.3", "11.5.1"], &["SESS-01"], &[334]),
    |audit| Box::pin(run(audit)),
);

const KINDS: &[FindingKind] = &[FindingKind::TooShort, FindingKind::Uuid4];

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let analysed = analysed_reference(audit).await?;
    let analysis = &analysed.analysis;
    let is_found = analysis.findings.iter().any(|finding| KINDS.contains(&finding.kind));
    let outcome = match &analysis.numbers {
        None if !is_found => {
            let why = format!("the tokens are {}: their bits cannot be counted", analysis.format);
            Outcome::inconclusive(Reason::NotObserved, why)
        }
        None => judged(analysis, KINDS, String::new()),
        Some(numbers) => {
            let words = format!("the format has {:.0} bits", numbers.nominal);
            judged(analysis, KINDS, words)
                .fact("nominal", format!("{:.1} bits", numbers.nominal))
                .fact("upper bound", format!("{:.1} bits", numbers.upper))
                .fact("supported by the data", format!("{:.1} bits", numbers.lower))
        }
    };
    Ok(outcome.shown_by(analysed.collected.evidence()))
}
