//! Whether tokens that carry their own content can be forged, outlive what they say, or tell too much.

mod confusion;
mod content;
mod loopback;
mod purpose;
mod secret;
mod signature;
mod times;

use std::collections::BTreeMap;

use super::Check;
use crate::{
    audit::{Audit, Halt, Person, Visitor},
    check::{Outcome, Reason},
    credentials::{Carrier, Credentials},
    signed::{Jwt, Signed},
    wire::ExchangeId,
};

pub(super) const CHECKS: &[Check] =
    &[signature::CHECK, confusion::CHECK, secret::CHECK, times::CHECK, purpose::CHECK, content::CHECK];

/// A signed token that is part of a credential.
#[derive(Clone)]
struct Found {
    carrier: Carrier,
    /// What stands before it, such as `Bearer `.
    before: String,
    signed: Signed,
    /// Whether it signs in, alone or with others.
    authenticates: bool,
}

impl Found {
    /// These credentials with another token in the place of this one.
    fn replaced(&self, credentials: &Credentials, token: &str) -> Credentials {
        credentials.clone().with(self.carrier.clone(), format!("{}{token}", self.before))
    }

    fn jwt(&self) -> Option<&Jwt> {
        match &self.signed {
            Signed::Jwt(jwt) => Some(jwt),
            Signed::Envelope(_) => None,
        }
    }
}

/// Every signed token that signing in gave this browser, those that sign in first.
fn signed_tokens(audit: &Audit, visitor: &Visitor<'_>) -> Vec<Found> {
    let credentials = visitor.credentials();
    let values: BTreeMap<String, &str> = credentials
        .parts()
        .filter_map(|(carrier, value)| match carrier {
            Carrier::Cookie(name) => Some((name.clone(), value)),
            Carrier::Header(_) => None,
        })
        .collect();
    let mut found: Vec<_> = credentials
        .parts()
        .filter_map(|(carrier, value)| {
            let (before, token) = match value.rsplit_once(' ') {
                Some((scheme, token)) => (format!("{scheme} "), token),
                None => (String::new(), value),
            };
            let name = match carrier {
                Carrier::Cookie(name) | Carrier::Header(name) => name,
            };
            let companion = values.get(&format!("{name}.sig")).copied();
            let signed = Signed::read(name, token, companion)?;
            let authenticates = audit.oracle().is_none_or(|oracle| oracle.authenticates(carrier));
            Some(Found { carrier: carrier.clone(), before, signed, authenticates })
        })
        .collect();
    found.sort_by_key(|found| !found.authenticates);
    found
}

/// The answer where no token signs itself.
fn none_signed() -> Outcome {
    let why = "no token of a login carries its own content under a signature: the server looks it up";
    Outcome::not_applicable(Reason::NoSuchFeature, why)
}

/// Asks with forged tokens, each with words for it, and tells the first that signs in. The genuine one has to be alive
/// before and after: an application that ends the session at the first forgery has shown nothing about the others.
async fn first_believed(
    audit: &Audit,
    person: Person,
    credentials: &Credentials,
    forged: Vec<(String, Credentials)>,
    evidence: &mut Vec<ExchangeId>,
) -> Result<Option<String>, Halt> {
    genuine(audit, person, credentials, "before the forgeries", evidence).await?;
    for (words, credentials) in forged {
        let look = audit.look_for(&credentials, &format!("whoami with {words}")).await?;
        evidence.push(look.id());
        if look.is(person) {
            return Ok(Some(words));
        }
    }
    genuine(audit, person, credentials, "after the forgeries", evidence).await?;
    Ok(None)
}

async fn genuine(
    audit: &Audit,
    person: Person,
    credentials: &Credentials,
    when: &str,
    evidence: &mut Vec<ExchangeId>,
) -> Result<(), Halt> {
    let look = audit.look_for(credentials, &format!("control: whoami with the genuine token {when}")).await?;
    evidence.push(look.id());
    if look.is(person) {
        return Ok(());
    }
    let why = format!("the genuine token was not signed in {when}");
    Err(Outcome::inconclusive(Reason::Unstable, why).shown_by(evidence.clone()).into())
}
