//! SA-EXP-02: a token counts only where it is meant to be carried.

use crate::{
    audit::{Audit, Halt, Seen, form_encoded},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    credentials::{Carrier, Credentials},
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-02", Group::Exposure, Severity::Medium, "a token counts in its own place only")
        .explained(
            "Sends `whoami` without the cookie and with its value in the query, after `;` in the path, as a form field and \
             in other headers. It fails where one of them signs in: a token that works from a URL ends up in URLs.",
        )
        .remedied_by("Read the session from one place: `session.use_only_cookies=1` in PHP, no URL rewriting in servlets.")
        .standards(&["14.2.1"], &["SESS-04"], &[598])
        .from_profile(Profile::Standard)
        .costs(12),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let all = audit.sign_in(person).await?.credentials();
    let Some(oracle) = audit.oracle() else {
        return Ok(Outcome::inconclusive(Reason::NoOracle, "SA-ORC-01 did not pass"));
    };
    let cookies: Vec<_> = oracle.sets.iter().filter(|set| set.len() == 1).flatten().collect();
    let mut tried = Vec::new();
    let mut evidence = Vec::new();
    for carrier in cookies {
        let (Carrier::Cookie(name), Some(value)) = (carrier, all.get(carrier)) else { continue };
        let (origin, bare) = audit.whoami(&Credentials::none())?;
        for (place, request) in places(&bare, name, value) {
            let exchange =
                audit.client().send(&origin, request, &format!("whoami with the token {place}")).await?;
            evidence.push(exchange.id);
            if audit.seen(&exchange) == Seen::Person(person) {
                let why = format!("the value of {carrier} signs in {place}");
                return Ok(Outcome::fail(CHECK.description.severity, why).shown_by([exchange.id]));
            }
            tried.push(place);
        }
    }
    if tried.is_empty() {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "no single cookie signs in"));
    }
    let control = audit.look_for(&all, "control: whoami with the token in its own place").await?;
    evidence.push(control.id());
    if !control.is(person) {
        let why = "the control failed: the token does not sign in any more in its own place";
        return Ok(Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence));
    }
    Ok(Outcome::pass("it is refused in query, path, form and other headers")
        .fact("tried", tried.join(", "))
        .shown_by(evidence))
}

fn places(bare: &Request, name: &str, value: &str) -> Vec<(&'static str, Request)> {
    let (path, query) =
        bare.target.split_once('?').map_or((&*bare.target, None), |(path, query)| (path, Some(query)));
    let pair = format!("{}={}", form_encoded(name), form_encoded(value));
    let with_target = |target: String| {
        let mut request = bare.clone();
        request.target = target;
        request
    };
    let more = query.map_or_else(|| pair.clone(), |query| format!("{query}&{pair}"));
    let rest = query.map(|query| format!("?{query}")).unwrap_or_default();
    let mut form = bare.clone().body("application/x-www-form-urlencoded", pair.clone());
    "POST".clone_into(&mut form.method);
    vec![
        ("in the query", with_target(format!("{path}?{more}"))),
        ("after ; in the path", with_target(format!("{path};{pair}{rest}"))),
        ("as a form field", form),
        ("as a bearer token", bare.clone().header("Authorization", format!("Bearer {value}"))),
        ("in a header of the cookie's name", bare.clone().header(name.to_owned(), value.as_bytes())),
    ]
}
