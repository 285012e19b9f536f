//! SA-TMO-04: the timeouts fit the declared policy.

use std::{future::ready, time::Duration};

use super::spelled;
use crate::{
    audit::Audit,
    check::{Description, Group, Outcome, Profile, Reason, Severity, Verdict},
    checks::Check,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TMO-04", Group::Timeout, Severity::Low, "the timeouts fit the declared policy")
        .explained(
            "Compares what SA-TMO-01 and SA-TMO-02 measured with the recipe's policy, and the policy with what \
             NIST SP 800-63B-4 asks of a session: at most an hour without use and a day in all at level two. No request \
             is sent.",
        )
        .remedied_by("Write the timeouts down (ASVS 5.0 7.1.1), declare them in the recipe, and set the application to them.")
        .standards(&["7.1.1"], &["SESS-07"], &[])
        .from_profile(Profile::Standard),
    |audit| Box::pin(ready(Ok(run(audit)))),
);

/// NIST SP 800-63B-4 section 2.2.3: level two.
const LONGEST_IDLE: Duration = Duration::from_secs(3600);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

fn run(audit: &Audit) -> Outcome {
    let policy = &audit.recipe().policy;
    if policy.idle.is_none() && policy.absolute.is_none() {
        let why = "policy.idle and policy.absolute are not declared";
        return Outcome::not_applicable(Reason::DeclaredOnly, why);
    }
    let says = |time: Option<Duration>| time.map_or_else(|| "not declared".to_owned(), spelled);
    let outcome = match (audit.verdict_of("SA-TMO-01"), audit.verdict_of("SA-TMO-02")) {
        (idle, absolute) if is_finding(idle) || is_finding(absolute) => Outcome::warn(
            CHECK.description.severity,
            "what was measured differs from the policy (SA-TMO-01, SA-TMO-02)",
        ),
        (Some(Verdict::Pass), _) | (_, Some(Verdict::Pass)) => {
            Outcome::pass("what was measured fits the policy")
        }
        _ => Outcome::inconclusive(Reason::NeedsAnotherCheck, "neither timeout could be measured"),
    };
    let is_long = policy.idle.is_some_and(|idle| idle > LONGEST_IDLE)
        || policy.absolute.is_some_and(|absolute| absolute > LONGEST);
    let compared = if is_long { "longer than level two" } else { "within level two" };
    outcome
        .fact("idle", says(policy.idle))
        .fact("absolute", says(policy.absolute))
        .fact("beside NIST SP 800-63B-4", compared)
}

fn is_finding(verdict: Option<Verdict>) -> bool {
    verdict.is_some_and(|verdict| verdict.severity().is_some())
}
