//! SA-ORC-01: signed in can be told from not signed in.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
    oracle::{Oracle, establish, find_sets},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-ORC-01", Group::Oracle, Severity::High, "signed in can be told from not")
        .explained(
            "Signs in and asks `whoami` three times with the credential, three times without, three times with \
             random tokens of the same shape and three times with a damaged one; then as the second account. \
             Only where the marker is always and only seen with a genuine credential does the run go on.",
        )
        .remedied_by(
            "Mend the recipe: a marker that only the account's own page shows, a login that expects what it \
             really answers. `handstamp audit doctor` shows both sides.",
        )
        .standards(&[], &[], &[])
        .costs(16),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let controls = match establish(audit).await? {
        Ok(controls) => controls,
        Err(refused) => {
            let outcome = Outcome::inconclusive(Reason::NoOracle, refused.why).shown_by(refused.evidence);
            return Ok(refused.lines.iter().fold(outcome, |outcome, line| outcome.fact("asked", line)));
        }
    };
    let sets = find_sets(audit, &controls.credentials).await?;
    audit.set_oracle(Oracle {
        sets: sets.minimal,
        others: sets.others,
        accepts_damaged: controls.accepts_damaged,
        is_cut: sets.is_cut,
    });
    let outcome = Outcome::pass("whoami tells the account from nobody, 3 of 3 on every side")
        .shown_by(controls.evidence)
        .shown_by(sets.evidence);
    Ok(controls.lines.iter().fold(outcome, |outcome, line| outcome.fact("asked", line)))
}
