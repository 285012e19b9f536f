//! SA-FIX-05: a fresh login ends the old token.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::{
        Check,
        kill::{all_alive, fates, per_set},
    },
    credentials::Credentials,
    wire::ExchangeId,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-FIX-05", Group::Fixation, Severity::Medium, "a fresh login ends the old token")
        .explained(
            "Signs in, signs in again in the same browser, and asks `whoami` with the first token. It fails where \
             that still shows the account, or where the second login gave the same token: a stolen token then \
             outlives the fresh proof. A token that the login is not sent, as one for an `Authorization` header, is \
             left to SA-MUL-01.",
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
    let mut subjects = per_set(audit, "the first token", &first);
    let mut evidence = all_alive(audit, person, &mut subjects).await?;
    let login = match audit.sign_in_with(&mut visitor).await {
        Ok(ids) => ids,
        Err(Halt::Step(error)) if error.source.is_none() => {
            let why = format!("it lets nobody sign in who is signed in: {error}");
            return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why).shown_by(error.exchange));
        }
        Err(halt) => return Err(halt),
    };
    evidence.extend(&login);
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
    // An application ends what it is shown; whoever holds a token for a header does not show it to a login.
    let shown = per_set(audit, "", &first);
    let shown =
        subjects.into_iter().zip(shown).filter(|(_, old)| is_presented(audit, &old.credentials, &login));
    let subjects: Vec<_> = shown.map(|(subject, _)| subject).collect();
    if subjects.is_empty() {
        let why = "a login is not sent the token that the client has, so nothing is there to end by it";
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why).shown_by(evidence));
    }
    let fates = fates(audit, person, subjects).await?;
    let grace = audit.recipe().policy.rotation_grace;
    Ok(fates.conclude("the second login", grace, CHECK.description.severity).shown_by(evidence))
}

/// Whether one of the requests carried a part of these credentials.
fn is_presented(audit: &Audit, credentials: &Credentials, requests: &[ExchangeId]) -> bool {
    let values: Vec<&str> = credentials.parts().map(|(_, value)| value).collect();
    requests.iter().filter_map(|id| audit.client().journal().get(*id)).any(|exchange| {
        exchange.request.headers.iter().any(|(_, sent)| {
            let sent = String::from_utf8_lossy(sent);
            values.iter().any(|value| sent.contains(value))
        })
    })
}
