//! SA-ORC-02: what authenticates.

use std::future::ready;

use crate::{
    audit::Audit,
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
    oracle::named,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-ORC-02", Group::Oracle, Severity::Information, "what authenticates is known")
        .explained(
            "Leaves out each cookie and header that login gives and asks `whoami` with the rest, up to every \
             minimal set that signs in. Each later check asks its question once for each set. The requests are \
             those of SA-ORC-01; no request is sent again.",
        )
        .remedied_by("Nothing: this is an inventory. Two sets mean that a logout has two things to end.")
        .standards(&[], &["SESS-01"], &[]),
    |audit| Box::pin(ready(Ok(run(audit)))),
);

fn run(audit: &Audit) -> Outcome {
    let Some(oracle) = audit.oracle() else {
        return Outcome::inconclusive(Reason::NoOracle, "SA-ORC-01 did not pass");
    };
    let sets: Vec<_> = oracle.sets.iter().map(|set| named(set)).collect();
    let mut outcome = Outcome::pass(match &sets[..] {
        [one] => one.clone(),
        several => format!("{} ways: {}", several.len(), several.join("; or ")),
    });
    for set in sets {
        outcome = outcome.fact("signs in", set);
    }
    for other in &oracle.others {
        outcome = outcome.fact("makes no difference", other);
    }
    if oracle.is_cut {
        outcome = outcome.fact("not all tried", "there are more combinations than the search may ask");
    }
    outcome
}
