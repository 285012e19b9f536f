//! SA-EXP-06: no page shows a token.

use super::{search::Tokens, urls::first_few};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    wire::{Exchange, Request, SendError},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-06", Group::Exposure, Severity::Medium, "no page shows a hidden token")
        .explained(
            "Asks for pages that do not exist, with TRACE, and with a request that cannot be read, then looks through every \
             body of the run for the values of cookies that are HttpOnly. It fails where one is found: a script can \
             then read what HttpOnly hides.",
        )
        .remedied_by("Print no request headers and no session ids on pages, error pages and debug pages; switch TRACE off.")
        .standards(&["3.3.4"], &["SESS-04"], &[200])
        .from_profile(Profile::Standard)
        .costs(6),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let credentials = audit.sign_in(audit.first()).await?.credentials();
    let (origin, whoami) = audit.whoami(&credentials)?;
    let odd = [
        ("a page that does not exist", Request::get(format!("/{}", audit.random().word()))),
        ("TRACE", Request::new("TRACE", whoami.target.clone())),
        ("a path that cannot be decoded", Request::get(format!("{}%zz%00", whoami.target))),
        (
            "a body that cannot be read",
            Request::new("POST", whoami.target.clone()).body("application/json", "{\""),
        ),
    ];
    for (what, request) in odd {
        match audit.client().send(&origin, credentials.apply(request), what).await {
            // Refusing to answer is an answer that shows nothing.
            Ok(_) | Err(SendError::Broken { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let tokens = Tokens::of(audit, true);
    if tokens.count == 0 {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "no cookie that signs in is HttpOnly"));
    }
    let all = audit.client().journal().all();
    // What the auditor itself put into a URL or a form comes back on pages that repeat what was asked.
    let is_echo = |exchange: &Exchange| {
        tokens.are_in(exchange.request.target.as_bytes()) || tokens.are_in(&exchange.request.body)
    };
    let found: Vec<_> =
        all.iter().filter(|exchange| tokens.are_in(&exchange.response.body) && !is_echo(exchange)).collect();
    let pages = found
        .iter()
        .map(|exchange| format!("{} {}", exchange.request.method, short(&exchange.request.target)));
    Ok(if found.is_empty() {
        Outcome::pass(format!("{} hidden tokens are in no body", tokens.count))
    } else {
        let why = format!("{} shows the value of an HttpOnly cookie", first_few(pages.collect()));
        Outcome::fail(CHECK.description.severity, why)
    }
    .shown_by(found.iter().take(5).map(|exchange| exchange.id)))
}

fn short(target: &str) -> &str {
    target.split(['?', ';']).next().unwrap_or_default()
}
