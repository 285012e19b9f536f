//! SA-CKE-11: no other name is taken for the cookie's.

use super::{answered, first_cookie, look_at, prefix::prefix_of};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::{Check, kill::confirm},
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CKE-11", Group::Cookie, Severity::Medium, "no other name passes for the cookie's")
        .explained(
            "Sends the token of a cookie with a prefix under names that browsers let anybody set: other case, dots for the \
             underscores, percent-encoded, after white space that is no ASCII, nameless, quoted in the old style of \
             `$Version`. It fails where one signs in: the prefix then keeps nobody from planting the cookie.",
        )
        .remedied_by("Compare names of cookies byte by byte, and decode or trim nothing of them.")
        .standards(&["3.3.3"], &["SESS-03"], &[])
        .costs(14),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let credentials = audit
        .oracle()
        .map_or_else(|| visitor.credentials(), |oracle| oracle.smallest(&visitor.credentials()));
    let Some((carrier, name, value)) = first_cookie(&credentials) else {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "no cookie signs in"));
    };
    if prefix_of(&name).is_none() {
        return Ok(Outcome::not_applicable(
            Reason::NoSuchFeature,
            format!("the name of {name} has no prefix (SA-CKE-04)"),
        ));
    }
    let before = audit.look_for(&credentials, "control: whoami with the cookie's own name").await?;
    let mut evidence = vec![before.id()];
    if !before.is(person) {
        return Ok(Outcome::inconclusive(Reason::ControlFailed, "the cookie itself was not signed in")
            .shown_by(evidence));
    }
    let rest = credentials.without(&carrier);
    let mut tried = Vec::new();
    for (how, pair) in mangled(&name, &value) {
        let (origin, bare) = audit.whoami(&rest)?;
        let request = with_pair(bare, &pair);
        let sent =
            audit.send_patiently(&origin, &request, &format!("whoami with the cookie's name {how}")).await;
        tried.push(how);
        let Some(exchange) = answered(sent)? else { continue };
        evidence.push(exchange.id);
        let look = look_at(audit, exchange);
        if look.is(person) {
            confirm(audit, person, &credentials, &look, &mut evidence).await?;
            let why = format!("the token signs in with the name {how}");
            return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
        }
    }
    let after = audit.look_for(&credentials, "control: whoami with the cookie's own name again").await?;
    evidence.push(after.id());
    if !after.is(person) {
        let why = "the session did not outlive the question, so the answers may be those of its end";
        return Ok(Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence));
    }
    Ok(Outcome::pass(format!("{name} is taken by its own name alone"))
        .fact("tried", tried.join("; "))
        .shown_by(evidence))
}

/// Pairs of name and value that are not the cookie's, with words for each.
fn mangled(name: &str, value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let pair = |name: &str| format!("{name}={value}").into_bytes();
    let mut pairs = vec![
        ("in lower case", pair(&name.to_ascii_lowercase())),
        ("in upper case", pair(&name.to_ascii_uppercase())),
        ("with dots for its underscores", pair(&name.replacen("__", "..", 1))),
        ("percent-encoded", pair(&name.replacen("__", "%5F%5F", 1))),
        ("after a no-break space", pair(&format!("\u{a0}{name}"))),
        ("after a byte of Latin-1 white space", [&b"\xa0"[..], &pair(name)].concat()),
        ("after an em quad", pair(&format!("\u{2001}{name}"))),
        ("in the value of a nameless cookie", pair(&format!("={name}"))),
        ("inside of an old $Version header", format!("$Version=1, {name}={value}; $Path=/").into_bytes()),
    ];
    pairs.retain(|(_, bytes)| *bytes != pair(name));
    pairs
}

/// The request with this pair, byte for byte, after what was in `Cookie`.
fn with_pair(request: Request, pair: &[u8]) -> Request {
    let line = match request.header_value("cookie") {
        Some(rest) => [rest, b"; ", pair].concat(),
        None => pair.to_vec(),
    };
    request.only_header("Cookie", line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_another_one_byte_for_byte() {
        let pairs = mangled("__Host-sid", "v");
        let all: Vec<_> = pairs.iter().map(|(_, pair)| pair.as_slice()).collect();
        assert!(all.contains(&&b"__host-sid=v"[..]) && all.contains(&&b"..Host-sid=v"[..]));
        assert!(all.contains(&&b"%5F%5FHost-sid=v"[..]) && all.contains(&&b"\xa0__Host-sid=v"[..]));
        assert!(all.contains(&&b"=__Host-sid=v"[..]));
        assert!(!all.contains(&&b"__Host-sid=v"[..]));
        assert!(!mangled("__host-sid", "v").iter().any(|(_, pair)| pair == b"__host-sid=v"));
        let request = with_pair(Request::get("/").header("cookie", "a=1"), b"\xa0n=v");
        assert_eq!(request.header_value("cookie"), Some(&b"a=1; \xa0n=v"[..]));
    }
}
