//! SA-CSR-03: no other site signs a visitor in.

use super::{
    forged::{from_another_site, without_tokens},
    preflight::{as_plain_text, is_sent},
};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    credentials::Carrier,
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CSR-03", Group::CrossSite, Severity::Medium, "no other site signs a visitor in")
        .explained(
            "Sends the login as a page of another site would, with an empty jar, without form tokens and with foreign \
             Origin and Sec-Fetch-Site, JSON as text/plain unless a preflight gets leave for it, and asks `whoami` with what comes back. It fails where that signs in: a visitor \
             can be made to work in the attacker's account.",
        )
        .remedied_by("Protect the login as other writes are: a session before login with a token, or `Sec-Fetch-Site`.")
        .standards(&["3.5.1"], &["SESS-05"], &[352])
        .from_profile(Profile::Standard)
        .costs(7),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let step = audit.recipe().steps.get(&StepName::Login);
    let Some(login) =
        step.and_then(|step| step.requests.iter().rev().find(|request| request.method != "GET"))
    else {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "the login writes nothing"));
    };
    if !audit.oracle().is_none_or(|oracle| oracle.sets.iter().any(|set| set.iter().all(is_cookie))) {
        let why = "what signs in travels in a header, which no other site makes a browser send";
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why));
    }
    let mut browser = audit.visitor(person);
    let (mut exchanges, mut evidence) = (Vec::new(), Vec::new());
    let bare = without_tokens(login);
    for request in [Some(bare.clone()), as_plain_text(&bare)].into_iter().flatten() {
        if !is_sent(audit, &browser, &request, &mut evidence).await? {
            continue;
        }
        match browser.play_request(StepName::Login, &request, &from_another_site, &mut exchanges).await {
            Ok(()) => break,
            Err(error) if error.source.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    evidence.extend(exchanges.iter().map(|exchange| exchange.id));
    audit.remember(&browser);
    let credentials = browser.credentials();
    let signed_in = if credentials.is_empty() {
        false
    } else {
        let look = audit.look_for(&credentials, "whoami after a login from another site").await?;
        evidence.push(look.id());
        look.is(person)
    };
    evidence.push(audit.still_works(person).await?);
    Ok(if signed_in {
        Outcome::fail(CHECK.description.severity, "a login that another site sent was carried out")
    } else {
        Outcome::pass("a login that another site sent was refused")
    }
    .shown_by(evidence))
}

fn is_cookie(carrier: &Carrier) -> bool {
    matches!(carrier, Carrier::Cookie(_))
}
