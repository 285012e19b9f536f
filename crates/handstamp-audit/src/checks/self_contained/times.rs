//! SA-JWT-04: a token does not count after the end that it says itself.

use std::time::{Duration, UNIX_EPOCH};

use super::signed_tokens;
use crate::{
    audit::{Audit, Halt, TimeMode},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    cookie::http_date,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-JWT-04", Group::SelfContained, Severity::Medium, "a token ends when it says")
        .explained(
            "Reads the time at which the token says that it ends, keeps the session in use until a minute after that, and \
             asks again with the same token. It fails where the token still signs in. It takes a recipe that moves the \
             application's clock, or a token that ends within two minutes. A token that says no end is told.",
        )
        .remedied_by("Refuse a token outside of `nbf` and `exp`, by the server's clock, with at most a minute of leeway.")
        .standards(&["9.2.1"], &["SESS-10"], &[613])
        .from_profile(Profile::Standard)
        .costs(12),
    |audit| Box::pin(run(audit)),
);

/// What verifiers allow for clocks that differ.
const LEEWAY: Duration = Duration::from_secs(61);
/// In how many parts the time is kept in use, so that no idle timeout hides what is asked.
const PARTS: u32 = 6;

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let tokens = signed_tokens(audit, &visitor);
    let found =
        tokens.iter().find_map(|found| found.jwt().filter(|_| found.authenticates).map(|jwt| (found, jwt)));
    let Some((found, jwt)) = found else {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "no token that signs in is a JWT"));
    };
    let Some(ends) = jwt.time("exp") else {
        let why = format!(
            "the JWT in {} says no time at which it ends: only a record on the server can end it",
            found.carrier
        );
        return Ok(Outcome::warn(Severity::Low, why));
    };
    let credentials = visitor.credentials();
    let first = audit.look(&credentials).await?;
    let date = first.exchange.response.header("date").and_then(|date| http_date(&date));
    let now = date.unwrap_or_else(|| audit.clock().now()).duration_since(UNIX_EPOCH).unwrap_or_default();
    let left = Duration::from_secs(ends).saturating_sub(now);
    let says = format!("{} s after login", left.as_secs());
    if audit.time_mode(Some(left + LEEWAY)) == TimeMode::Declared {
        let why = format!("the token says that it ends {says}; nothing lets that time pass");
        return Ok(Outcome::inconclusive(Reason::DeclaredOnly, why).fact("exp", says));
    }
    let mut evidence = vec![first.id()];
    for _ in 1..PARTS {
        audit.let_pass(left / PARTS).await?;
        let look = audit.look_for(&credentials, "control: whoami before the token's end").await?;
        evidence.push(look.id());
        if !look.is(person) {
            let why = "the session ended on the server before the token's own end";
            return Ok(Outcome::pass(why).fact("exp", says).shown_by(evidence));
        }
    }
    audit.let_pass(left.saturating_sub(left / PARTS * (PARTS - 1)) + LEEWAY).await?;
    let look = audit.look_for(&credentials, "whoami a minute after the token's end").await?;
    evidence.push(look.id());
    evidence.push(audit.still_works(person).await?);
    let outcome = if look.is(person) {
        Outcome::fail(CHECK.description.severity, format!("the token signs in after its own end ({says})"))
    } else {
        Outcome::pass("the token is dead after its own end")
    };
    Ok(outcome.fact("exp", says).shown_by(evidence))
}
