//! SA-LOG-04: what guards an account is not changed without the current proof.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{Check, termination::ChangedPassword},
    recipe::StepName,
    wire::ExchangeId,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-LOG-04", Group::Logic, Severity::High, "no new password or address without the old")
        .explained(
            "Asks for a new password and a new mail address with a wrong and with an empty current password. It fails \
             where that works: whoever finds an open screen or a stolen token takes the account over for good. What was \
             changed is put back.",
        )
        .remedied_by("Ask for the current password, or a fresh proof, before a password, factor or address is changed.")
        .standards(&["7.5.1", "7.5.3"], &["SESS-06"], &[620])
        .from_profile(Profile::Standard)
        .destructive()
        .costs(36),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let steps: Vec<_> = [StepName::ChangePassword, StepName::ChangeMail]
        .into_iter()
        .filter(|step| audit.has_step(*step))
        .collect();
    if steps.is_empty() {
        let why = "the recipe has neither change_password nor change_mail";
        return Ok(Outcome::not_applicable(Reason::NoStepInRecipe, why));
    }
    let mut evidence = Vec::new();
    for (says, wrong) in [("a wrong", format!("{}-Bb8!", audit.random().word())), ("an empty", String::new())]
    {
        for step in &steps {
            let outcome = match step {
                StepName::ChangePassword => password(audit, says, &wrong, &mut evidence).await?,
                _ => mail(audit, says, &wrong, &mut evidence).await?,
            };
            if let Some(outcome) = outcome {
                return Ok(outcome.shown_by(evidence));
            }
        }
    }
    evidence.push(audit.still_works(audit.first()).await?);
    let words: Vec<_> = steps.iter().map(|step| step.word()).collect();
    let why = format!("the current password is asked for and compared ({})", words.join(" and "));
    Ok(Outcome::pass(why).shown_by(evidence))
}

async fn password(
    audit: &Audit,
    says: &str,
    wrong: &str,
    evidence: &mut Vec<ExchangeId>,
) -> Result<Option<Outcome>, Halt> {
    let person = audit.first();
    let mut visitor = audit.sign_in(person).await?;
    let tried = ChangedPassword::with(audit, &mut visitor, person, wrong).await?;
    evidence.extend(tried.exchanges);
    let Some(changed) = tried.changed else { return Ok(None) };
    let restored = changed.put_back(audit).await;
    let why = format!("the password was changed with {says} old one");
    let outcome = Outcome::fail(CHECK.description.severity, why);
    Ok(Some(match restored {
        Ok(()) => outcome.fact("the password", "was put back"),
        Err(why) => outcome.fact("the password could not be put back", why),
    }))
}

/// Whether an address was changed shows its effect, or else that the step went as it goes with the right password.
async fn mail(
    audit: &Audit,
    says: &str,
    wrong: &str,
    evidence: &mut Vec<ExchangeId>,
) -> Result<Option<Outcome>, Halt> {
    let mut visitor = audit.sign_in(audit.first()).await?;
    let original = visitor.mail();
    visitor.variables.set("new_mail", format!("{}@example.test", audit.random().word()));
    visitor.variables.set("password", wrong);
    match visitor.play(StepName::ChangeMail).await {
        Ok(played) => evidence.extend(played.ids()),
        Err(error) if error.source.is_none() => {
            evidence.extend(error.exchange);
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    }
    if let Some((is_seen, id)) = visitor.sees_effect(StepName::ChangeMail).await? {
        evidence.push(id);
        if !is_seen {
            return Ok(None);
        }
    }
    visitor.variables.set("new_mail", original);
    visitor.variables.set("password", audit.password(audit.first()).reveal());
    let restored = visitor.play(StepName::ChangeMail).await;
    let why = format!("the mail address was changed with {says} password");
    let outcome = Outcome::fail(CHECK.description.severity, why);
    Ok(Some(match restored {
        Ok(_) => outcome.fact("the address", "was put back"),
        Err(error) => outcome.fact("the address could not be put back", error.why),
    }))
}
