//! SA-FIX-05: a fresh login ends the old token.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::{
        Check,
        kill::{all_alive, fates, per_set},
    },
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-FIX-05", Group::Fixation, Severity::Medium, "a fresh login ends the old token")
        .explained(
            "Signs in, signs in again in the same browser, and asks `whoami` with the first token. It fails where \
             that still shows the account, or where the second login gave the same token: a stolen token then \
             outlives the fresh proof.",
        )
        .remedied_by(
            "Give a new token at every login, re-authentication too, and end the one that was presented with it \
             (ASVS 5.0 7.2.4).",
        )
        .standards(&["7.2.4"], &["SESS-03"], &[384, 613])
        .costs(12),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut visitor = audit.sign_in(person).await?;
    let first = visitor.credentials();
    let subjects = per_set(audit, "the first token", &first);
    let mut evidence = all_alive(audit, person, &subjects).await?;
    match audit.sign_in_with(&mut visitor).await {
        Ok(ids) => evidence.extend(ids),
        Err(Halt::Step(error)) if error.source.is_none() => {
            let why = format!("it lets nobody sign in who is signed in: {error}");
            return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why).shown_by(error.exchange));
        }
        Err(halt) => return Err(halt),
    }
    let second = visitor.credentials();
    let is_same = per_set(audit, "", &second)
        .iter()
        .zip(&subjects)
        .any(|(new, old)| new.credentials == old.credentials);
    if is_same {
        let look = audit.look_for(&second, "whoami after the second login").await?;
        let outcome = if look.is(person) {
            Outcome::fail(CHECK.description.severity, "the second login gave the same token again")
        } else {
            let why = "the second login gave the same token, and nobody is signed in with it";
            Outcome::inconclusive(Reason::ControlFailed, why)
        };
        return Ok(outcome.shown_by(evidence).shown_by([look.id()]));
    }
    let fates = fates(audit, person, subjects).await?;
    let grace = audit.recipe().policy.rotation_grace;
    Ok(fates.conclude("the second login", grace, CHECK.description.severity).shown_by(evidence))
}
