//! SA-JWT-06: a token tells nothing about the person to who finds it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    signed::{Signed, decoded},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-JWT-06", Group::SelfContained, Severity::Low, "a token tells nothing about the person")
        .explained(
            "Decodes every part of what login gave and looks for the account's name, marker and password, and for claims \
             with names such as mail, phone, birthdate or password. Tokens lie in logs, in browsers and in proxies; \
             base64 hides nothing. It fails where personal data can be read, and matters more where it is a \
             secret. One login is the cost.",
        )
        .remedied_by("Put a random id into the token and the person's data into the record on the server, or encrypt it.")
        .standards(&["14.2.6"], &["SESS-10"], &[200])
        .from_profile(Profile::Standard)
        .costs(3),
    |audit| Box::pin(run(audit)),
);

/// Names of claims that hold personal data.
const PERSONAL: &[&str] = &[
    "address",
    "birthdate",
    "birthday",
    "dob",
    "email",
    "family_name",
    "first_name",
    "full_name",
    "fullname",
    "given_name",
    "ip",
    "ip_address",
    "last_name",
    "mail",
    "phone",
    "phone_number",
    "ssn",
];
/// Names of claims that hold secrets.
const SECRET: &[&str] =
    &["api_key", "apikey", "pass", "passwd", "password", "password_hash", "pwd", "secret"];

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let (mut personal, mut secret, mut looked) = (BTreeSet::new(), BTreeSet::new(), 0);
    for (carrier, value) in visitor.credentials().parts() {
        let token = value.rsplit(' ').next().unwrap_or_default();
        let mut texts = decoded_parts(token);
        if let Some(Signed::Envelope(envelope)) = Signed::read("", token, None) {
            texts.push(String::from_utf8_lossy(&envelope.readable()).into_owned());
        }
        looked += texts.len();
        let account = audit.account(person);
        for text in &texts {
            let holds = |what: &str| what.len() >= 4 && text.contains(what);
            if holds(&account.marker) || (account.user.contains('@') && holds(&account.user)) {
                personal.insert(format!("{carrier}: what shows the account"));
            }
            if holds(audit.password(person).reveal()) {
                secret.insert(format!("{carrier}: the password"));
            }
            for name in claims(text) {
                let lower = name.to_ascii_lowercase();
                if PERSONAL.contains(&lower.as_str()) {
                    personal.insert(format!("{carrier}: {name}"));
                } else if SECRET.contains(&lower.as_str()) {
                    secret.insert(format!("{carrier}: {name}"));
                }
            }
        }
    }
    let told = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    Ok(if !secret.is_empty() {
        let why = format!("secrets can be read in what login gives ({})", told(&secret));
        Outcome::fail(Severity::Medium, why)
    } else if !personal.is_empty() {
        let why = format!("personal data can be read in what login gives ({})", told(&personal));
        Outcome::fail(CHECK.description.severity, why)
    } else if looked > 0 {
        Outcome::pass("what can be read in the tokens is nothing personal")
    } else {
        Outcome::pass("nothing can be read in the tokens")
    })
}

/// The readable texts in a token: itself, and each of its parts that is base64 of text.
fn decoded_parts(token: &str) -> Vec<String> {
    let plain = percent_encoding::percent_decode_str(token).decode_utf8_lossy().into_owned();
    let parts = plain.split(['.', ':', '|', '~']).filter(|part| part.len() >= 8);
    let texts = parts.filter_map(decoded).filter_map(|bytes| String::from_utf8(bytes).ok());
    let readable =
        |text: &String| text.chars().all(|character| !character.is_control() || character.is_whitespace());
    let mut all: Vec<_> = texts.filter(readable).collect();
    all.push(plain);
    all
}

/// The names in a JSON text, at every depth.
fn claims(text: &str) -> Vec<String> {
    fn walk(value: &Value, names: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if !value.is_null() {
                        names.push(name.clone());
                    }
                    walk(value, names);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    if let Ok(value) = serde_json::from_str(text) {
        walk(&value, &mut names);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signed::base64url;

    #[test]
    fn what_is_hidden_by_base64_alone_is_read() {
        let token = format!(
            "{}.{}.sig",
            base64url(r#"{"alg":"HS256"}"#),
            base64url(r#"{"a":[{"Email":"x@y.example"}]}"#)
        );
        let texts = decoded_parts(&token);
        assert!(texts.iter().flat_map(|text| claims(text)).any(|name| name == "Email"), "{texts:?}");
        assert!(decoded_parts("0123456789abcdef0123456789abcdef").iter().all(|text| claims(text).is_empty()));
    }
}
