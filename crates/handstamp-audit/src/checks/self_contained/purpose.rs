//! SA-JWT-05: a token that was made for something else signs nobody in.

use std::collections::BTreeMap;

use super::{first_believed, signed_tokens};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    signed::Jwt,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-JWT-05", Group::SelfContained, Severity::Medium, "a token counts only for its purpose")
        .explained(
            "Where login gives more than one JWT (an id token, a refresh token), sends each of the others in the place of \
             the one that signs in. It fails where one of them signs in: then a token that was shown to somebody else, or \
             that was to live long in a safe place, is a session.",
        )
        .remedied_by("Give each kind of token its own `typ` and `aud`, and refuse every other where one is asked for.")
        .standards(&["9.2.2", "9.2.3", "9.2.4"], &["SESS-10"], &[863])
        .from_profile(Profile::Standard)
        .costs(8),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let tokens = signed_tokens(audit, &visitor);
    let Some(found) = tokens.iter().find(|found| found.authenticates && found.jwt().is_some()) else {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "no token that signs in is a JWT"));
    };
    let credentials = visitor.credentials();
    let own = credentials.get(&found.carrier).unwrap_or_default();
    let cookies =
        visitor.jar.cookies().map(|cookie| (format!("cookie {}", cookie.name), cookie.value.clone()));
    let taken = visitor.variables.names().filter_map(|name| {
        visitor.variables.get(name).map(|value| (format!("variable {name}"), value.to_owned()))
    });
    let others: BTreeMap<String, String> = cookies
        .chain(taken)
        .filter(|(_, value)| !own.ends_with(value.as_str()) && Jwt::read(value).is_some())
        .collect();
    if others.is_empty() {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "login gives one JWT and no other"));
    }
    let mut evidence = Vec::new();
    let named: Vec<_> = others.keys().cloned().collect();
    let forged = others
        .iter()
        .map(|(name, token)| (format!("the token of the {name}"), found.replaced(&credentials, token)))
        .collect();
    let believed = first_believed(audit, person, &credentials, forged, &mut evidence).await?;
    let outcome = match believed {
        Some(words) => {
            Outcome::fail(CHECK.description.severity, format!("{} signs in with {words}", found.carrier))
        }
        None => Outcome::pass("the other tokens of a login sign nobody in"),
    };
    Ok(outcome.fact("tried", named.join(", ")).shown_by(evidence))
}
