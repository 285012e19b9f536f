//! SA-CKE-08: nothing goes over plain HTTP, and browsers know it.

use std::net::IpAddr;

use super::{
    inventory::observed,
    look_at,
    strict_transport::{A_YEAR, StrictTransport},
};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::{Check, kill::confirm},
    cookie::SetCookie,
    credentials::{Carrier, Credentials},
    recipe::StepName,
    wire::{ExchangeId, Origin, Request, SendError, is_loopback},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CKE-08", Group::Cookie, Severity::High, "nothing goes over plain HTTP")
        .explained(
            "Asks the host's other ports in the recipe's scope over plain HTTP: `whoami` with the token and the page of the \
             login. It fails where one shows the account or sets a cookie that signs in (high), and where no answer \
             over TLS has `Strict-Transport-Security`, has it for less than a year, or without `includeSubDomains` while \
             cookies are shared with hosts below (medium). The header is not asked of this machine's own names.",
        )
        .remedied_by(
            "Answer nothing but redirects over plain HTTP, and send `Strict-Transport-Security: max-age=31536000; \
             includeSubDomains` with every answer over TLS.",
        )
        .standards(&["3.4.1", "12.2.1"], &["SESS-04", "SESS-09", "CONF-07"], &[319])
        .costs(5),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let base = audit.origin();
    if !base.is_secure {
        let why = "the target is reached over plain HTTP, so what stands before it is not seen";
        return Ok(Outcome::not_applicable(Reason::CleartextTarget, why));
    }
    let mut evidence = Vec::new();
    let asked = cleartext_origins(audit);
    for origin in &asked {
        if let Some(outcome) = ask(audit, origin, &mut evidence).await? {
            return Ok(outcome.shown_by(evidence));
        }
    }
    let outcome = judge(audit).shown_by(evidence);
    Ok(match &asked[..] {
        [] => outcome.fact("plain HTTP", "not asked: no other port of the host is in target.scope"),
        asked => {
            let places: Vec<_> = asked.iter().map(Origin::place).collect();
            outcome.fact(
                "plain HTTP",
                format!("neither shows the account nor sets its cookie at {}", places.join(", ")),
            )
        }
    })
}

/// The host's other ports in the scope, as places of plain HTTP.
fn cleartext_origins(audit: &Audit) -> Vec<Origin> {
    let base = audit.origin();
    let ports = audit.recipe().target.scope.iter().filter_map(|place| place.rsplit_once(':')?.1.parse().ok());
    let mut found: Vec<Origin> = ports
        .filter(|port| *port != base.port)
        .map(|port| Origin { is_secure: false, host: base.host.clone(), port })
        .filter(|origin| audit.recipe().target.scope.contains(&origin.place()))
        .collect();
    found.dedup();
    found
}

/// What a place answers over plain HTTP; an outcome where that is a flaw.
async fn ask(
    audit: &Audit,
    origin: &Origin,
    evidence: &mut Vec<ExchangeId>,
) -> Result<Option<Outcome>, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let credentials = visitor.credentials();
    let (_, request) = audit.whoami(&credentials)?;
    let sent = audit.client().send(origin, request, "whoami with the token over plain HTTP").await;
    let Some(exchange) = answer(sent)? else { return Ok(None) };
    evidence.push(exchange.id);
    let look = look_at(audit, exchange);
    if look.is(person) {
        let (_, wrong) = audit.whoami(&Credentials::none())?;
        let control =
            audit.client().send(origin, wrong, "control: whoami without a token over plain HTTP").await?;
        evidence.push(control.id);
        if look_at(audit, control).is(person) {
            return Err(Halt::inconclusive(
                Reason::ControlFailed,
                "plain HTTP shows the account without a token too",
            ));
        }
        let over_tls = audit.look(&credentials).await?;
        confirm(audit, person, &credentials, &over_tls, evidence).await?;
        let why = format!("{} shows the account over plain HTTP", origin.place());
        return Ok(Some(Outcome::fail(CHECK.description.severity, why)));
    }
    let login = audit.recipe().steps.get(&StepName::Login).and_then(|step| step.requests.first());
    let page =
        login.filter(|request| request.method == "GET").and_then(|request| visitor.compose(request).ok());
    let Some((_, page)) = page else { return Ok(None) };
    let sent =
        audit.client().send(origin, Request::get(page.target), "the login's page over plain HTTP").await;
    let Some(exchange) = answer(sent)? else { return Ok(None) };
    evidence.push(exchange.id);
    let sets =
        exchange.response.header_all("set-cookie").filter_map(|header| SetCookie::parse(&header)).find(
            |cookie| {
                let carrier = Carrier::Cookie(cookie.name.clone());
                audit.oracle().is_some_and(|oracle| oracle.authenticates(&carrier))
                    && !cookie.deletes(audit.clock().now())
            },
        );
    Ok(sets.map(|cookie| {
        let why = format!("{} sets {} over plain HTTP", origin.place(), cookie.name);
        Outcome::fail(CHECK.description.severity, why)
    }))
}

/// The answer, where the place speaks plain HTTP at all.
fn answer<T>(sent: Result<T, SendError>) -> Result<Option<T>, SendError> {
    match sent {
        Ok(exchange) => Ok(Some(exchange)),
        Err(SendError::Broken { .. } | SendError::Unreachable { .. } | SendError::TimedOut { .. }) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What the answers over TLS tell browsers.
fn judge(audit: &Audit) -> Outcome {
    let host = &audit.origin().host;
    let strict = StrictTransport::of(&audit.client().journal().all(), host, false);
    let is_shared = observed(audit)
        .iter()
        .any(|cookie| cookie.set.iter().any(|setting| setting.cookie.domain().is_some()));
    let outcome = match strict.max_age {
        // RFC 6797 section 8.1.1: browsers note no address.
        _ if is_loopback(host) => {
            // A browser keeps it for every port: it would break whatever else runs on this machine.
            Outcome::pass("Strict-Transport-Security is not asked of this machine's own names")
        }
        _ if host.parse::<IpAddr>().is_ok() => {
            Outcome::pass("browsers keep no Strict-Transport-Security for an address")
        }
        None => Outcome::fail(Severity::Medium, "no answer over TLS has Strict-Transport-Security"),
        Some(age) if age < A_YEAR => Outcome::fail(
            Severity::Medium,
            format!("Strict-Transport-Security lasts {} days, not a year", age.as_secs() / 86_400),
        ),
        Some(_) if is_shared && !strict.covers_subdomains => {
            let why =
                "cookies are shared with hosts below, and Strict-Transport-Security lacks includeSubDomains";
            Outcome::fail(Severity::Medium, why)
        }
        Some(_) => Outcome::pass("Strict-Transport-Security lasts a year or more"),
    };
    let (with, all) = strict.seen;
    outcome.fact("answers over TLS with the header", format!("{with} of {all}")).shown_by(strict.evidence)
}
