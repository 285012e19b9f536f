//! SA-LOG-03: nothing of one person is left for the next one in the same browser.

use crate::{
    audit::{Audit, Halt, Seen, shows},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-LOG-03", Group::Logic, Severity::High, "the next person finds nothing of the last")
        .explained(
            "Signs the first account in, writes something, signs out, and signs the second account in with the same \
             cookies. It fails where that shows the first account or what it wrote.",
        )
        .remedied_by("Make a new, empty session at every sign-in; carry over what nobody in particular had, and nothing else.")
        .standards(&["8.3.2"], &["SESS-08"], &[488])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Logout])
        .two_accounts()
        .costs(12),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let first = audit.first();
    let Some(second) = audit.second() else {
        return Ok(Outcome::not_applicable(Reason::SecondAccountMissing, "it takes two accounts"));
    };
    let mut visitor = audit.sign_in(first).await?;
    let mut evidence = Vec::new();
    let writes = audit.recipe().steps.get(&StepName::Write).is_some_and(|step| step.effect.is_some());
    if writes {
        visitor.variables.set("nonce", audit.random().word());
        evidence.extend(visitor.play(StepName::Write).await?.ids());
        if let Some((false, id)) = visitor.sees_effect(StepName::Write).await? {
            let why = "the control failed: what the account itself wrote cannot be read back";
            return Ok(Outcome::inconclusive(Reason::ControlFailed, why).shown_by([id]));
        }
    }
    let nonce = visitor.variables.get("nonce").unwrap_or_default().to_owned();
    evidence.extend(visitor.play(StepName::Logout).await?.ids());
    let mut next = audit.visitor(second);
    next.jar = visitor.jar.clone();
    evidence.extend(audit.sign_in_with(&mut next).await?);
    let look =
        audit.look_for(&next.credentials(), "whoami of the second account in the same browser").await?;
    evidence.push(look.id());
    let outcome = match &look.seen {
        Seen::Person(seen) if *seen == second => {
            next.variables.set("nonce", nonce);
            let left = if writes { next.sees_effect(StepName::Write).await? } else { None };
            evidence.extend(left.map(|(_, id)| id));
            if left.is_some_and(|(seen, _)| seen) {
                let why = "the second account sees what the first one wrote in the same browser";
                Outcome::fail(CHECK.description.severity, why)
            } else {
                Outcome::pass("the second account finds nothing of the first one")
            }
        }
        Seen::Person(_) => {
            Outcome::fail(CHECK.description.severity, "the second login shows the first account")
        }
        Seen::Unclear(_) if shows(&look.exchange.response.text(), &audit.account(first).marker) => {
            Outcome::fail(CHECK.description.severity, "the second account's page shows the first one too")
        }
        _ => Outcome::inconclusive(Reason::ControlFailed, "the second login was not shown by whoami"),
    };
    Ok(outcome.shown_by(evidence))
}
