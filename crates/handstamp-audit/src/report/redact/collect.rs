//! Every secret that a run met: what the recipe brought, what checks took from answers, what stands in the
//! exchanges where secrets stand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;

use super::Kind;
use crate::{
    cookie::SetCookie,
    credentials::Carrier,
    recipe::{Body, DeclaredCredential, Recipe, StepRequest, Template},
    run::Run,
    wire::Exchange,
};

/// The secrets of a run.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) secrets: BTreeMap<String, Kind>,
    /// Names of headers that carry credentials here, in lower case.
    pub(super) credential_headers: Vec<String>,
}

/// Names of variables that are known to everybody who may read a report.
const OPEN_NAMES: [&str; 6] = ["user", "marker", "nonce", "base", "new_mail", "session_id"];
/// Parts of a token that are at least so long are secrets too: the id beside its signature, and what is left of it
/// where the characters between are written in a way that nobody thought of.
const LEAST_PART: usize = 12;
/// Bodies above this are not searched for tokens that nobody took from them.
const MOST_SEARCHED: usize = 256 * 1024;

impl Collected {
    pub(super) fn from_run(run: &Run) -> Self {
        let recipe = &run.recipe;
        let mut collected = Self { credential_headers: credential_headers(run), ..Self::default() };
        let fields = secret_fields(recipe);
        for exchange in run.journal.all() {
            collected.exchange(&exchange, &fields);
        }
        for secret in &run.secrets {
            collected.token(secret.reveal());
        }
        for account in &recipe.accounts {
            for (_, value) in account.variables.iter().filter(|(name, _)| is_secret_name(name)) {
                collected.password(value);
            }
            collected.password(account.password.reveal());
            if let Some(totp) = &account.totp {
                collected.password(totp.reveal());
                let plain: String = totp.reveal().chars().filter(|one| one.is_alphanumeric()).collect();
                collected.password(&plain.to_ascii_uppercase());
            }
        }
        // Where an application takes the user's name for a token, the name is in the recipe all the same.
        for account in &recipe.accounts {
            for open in [&account.user, &account.marker, &account.name] {
                collected.secrets.remove(open);
            }
        }
        collected
    }

    fn password(&mut self, secret: &str) {
        self.secrets.insert(secret.to_owned(), Kind::Password);
    }

    fn token(&mut self, secret: &str) {
        let secret = secret.trim().trim_matches('"');
        self.secrets.entry(secret.to_owned()).or_insert(Kind::Token);
        let parts = secret.split(|one: char| !one.is_ascii_alphanumeric() && one != '-' && one != '_');
        for part in parts.filter(|part| part.len() >= LEAST_PART && part.len() < secret.len()) {
            self.secrets.entry(part.to_owned()).or_insert(Kind::Token);
        }
    }

    fn exchange(&mut self, exchange: &Exchange, fields: &[String]) {
        let is_secret_field = |name: &str| is_secret_name(name) || fields.iter().any(|field| field == name);
        for (name, value) in &exchange.request.headers {
            let (name, value) = (name.to_ascii_lowercase(), String::from_utf8_lossy(value));
            if name == "cookie" {
                let values = value.split(';').filter_map(|pair| pair.split_once('='));
                values.for_each(|(_, value)| self.token(value));
            } else if is_credential_header(&name) || self.credential_headers.contains(&name) {
                self.token(value.split_once(' ').map_or(&*value, |(_, value)| value));
            }
        }
        for (name, value) in &exchange.response.headers {
            let value = String::from_utf8_lossy(value);
            if !OPEN_HEADERS.contains(&&*name.to_ascii_lowercase()) && looks_random(value.trim()) {
                self.token(&value);
            }
        }
        for header in exchange.response.header_all("set-cookie") {
            if let Some(cookie) = SetCookie::parse(&header).filter(|cookie| !is_deletion(&cookie.value)) {
                self.token(&cookie.value);
            }
        }
        let body = String::from_utf8_lossy(&exchange.request.body);
        let location = exchange.response.header("location").unwrap_or_default();
        let queries = [exchange.request.target.as_str(), location.as_str()];
        let queries = queries.into_iter().filter_map(|url| url.split_once('?')).map(|(_, query)| query);
        for form in queries.chain([&*body]) {
            let pairs = url::form_urlencoded::parse(form.as_bytes());
            pairs.filter(|(name, _)| is_secret_field(name)).for_each(|(_, value)| self.token(&value));
        }
        self.search(&body);
        if exchange.response.body.len() <= MOST_SEARCHED {
            self.search(&exchange.response.text());
        }
    }

    /// Finds what looks like a secret by the name it has, or by its own form.
    fn search(&mut self, text: &str) {
        for found in JSON.captures_iter(text) {
            let value = found.get(1).map_or("", |value| value.as_str());
            if let Ok(value) = serde_json::from_str::<String>(&format!("\"{value}\"")) {
                self.token(&value);
            }
        }
        for found in TAG.find_iter(text).map(|tag| tag.as_str()) {
            let is_secret = NAME.captures(found).and_then(|name| name.get(1));
            if let Some(value) = VALUE.captures(found).and_then(|value| value.get(1))
                && is_secret.is_some_and(|name| is_secret_name(name.as_str()))
                && value.len() >= LEAST_FOUND
            {
                self.token(&value.as_str().replace("&amp;", "&").replace("&#x2F;", "/"));
            }
        }
        for found in JWT.find_iter(text) {
            self.token(found.as_str());
        }
        // Tokens have many names; what looks like one is one.
        let values = ANY_JSON.captures_iter(text).filter_map(|found| found.get(1));
        for value in values.map(|value| value.as_str()).filter(|value| looks_random(value)) {
            self.token(value);
        }
    }
}

/// Headers of answers that look random and open nothing.
const OPEN_HEADERS: [&str; 8] = [
    "etag",
    "x-request-id",
    "x-correlation-id",
    "x-trace-id",
    "traceparent",
    "cf-ray",
    "content-security-policy",
    "server",
];
/// What is shorter is a word or a number.
const LEAST_RANDOM: usize = 16;
/// So many different characters, digits and letters among them, have few words.
const LEAST_VARIETY: usize = 9;

/// Whether a value looks as if a generator had made it.
fn looks_random(value: &str) -> bool {
    let is_token = |one: char| one.is_ascii_alphanumeric() || "-_+/=.~%".contains(one);
    let different: BTreeSet<char> = value.chars().collect();
    value.len() >= LEAST_RANDOM
        && different.len() >= LEAST_VARIETY
        && value.chars().all(is_token)
        && value.chars().any(|one| one.is_ascii_digit())
        && value.chars().any(|one| one.is_ascii_alphabetic())
}

/// What stands in a page below a secret's name and is shorter is a type or a flag.
const LEAST_FOUND: usize = 8;

const SECRET_NAMES: &str = "pass|pwd|secret|token|csrf|xsrf|jwt|otp|session|api_?-?key|credential";

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns are those of this file")
}

static SECRET_NAME: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i)(?:{SECRET_NAMES})")));
static JSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r#"(?i)"[\w.-]*(?:{SECRET_NAMES})[\w.-]*"\s*:\s*"((?:[^"\\]|\\.){{{LEAST_FOUND},}})""#))
});
static ANY_JSON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"[:\[,]\s*"([A-Za-z0-9_+/=.~%-]{16,})"\s*[,\]}]"#));
static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)<(?:input|meta)\b[^>]*>"));
static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)\bname\s*=\s*["']?([^"'\s>]+)"#));
static VALUE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)\b(?:value|content)\s*=\s*["']?([^"'\s>]+)"#));
static JWT: LazyLock<Regex> = LazyLock::new(|| pattern(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"));

/// Whether a field of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    SECRET_NAME.is_match(name)
}

/// Whether a request header of this name, in lower case, carries a credential whatever the recipe says.
pub(super) fn is_credential_header(name: &str) -> bool {
    matches!(name, "authorization" | "proxy-authorization")
        || ["token", "csrf", "xsrf", "session", "secret", "password", "api-key", "apikey"]
            .iter()
            .any(|part| name.contains(part))
}

/// Whether a cookie's value is what servers write when they delete it.
pub(super) fn is_deletion(value: &str) -> bool {
    matches!(value.trim(), "" | "\"\"" | "deleted" | "deleteme")
}

fn credential_headers(run: &Run) -> Vec<String> {
    let declared = run.recipe.credentials.iter().filter_map(|credential| match credential {
        DeclaredCredential::Header { name, .. } => Some(name.to_ascii_lowercase()),
        DeclaredCredential::Cookie { .. } => None,
    });
    let oracle = run.oracle.iter().flat_map(|oracle| oracle.sets.iter().flatten().chain(&oracle.others));
    let found = oracle.filter_map(|carrier| match carrier {
        Carrier::Header(name) => Some(name.to_ascii_lowercase()),
        Carrier::Cookie(_) => None,
    });
    let written = requests(&run.recipe).flat_map(|request| &request.headers);
    let written = written.filter(|(_, value)| is_secret(value)).map(|(name, _)| name.to_ascii_lowercase());
    declared.chain(found).chain(written).collect()
}

/// The fields of forms that the recipe fills with something that is not known to everybody.
fn secret_fields(recipe: &Recipe) -> Vec<String> {
    let forms = requests(recipe).filter_map(|request| match &request.body {
        Body::Form(fields) => Some(fields),
        _ => None,
    });
    forms.flatten().filter(|(_, value)| is_secret(value)).map(|(name, _)| name.clone()).collect()
}

fn requests(recipe: &Recipe) -> impl Iterator<Item = &StepRequest> {
    recipe.steps.values().flat_map(|step| &step.requests).chain(&recipe.public.entries)
}

fn is_secret(template: &Template) -> bool {
    template.names().any(|name| !OPEN_NAMES.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut collected = Collected::default();
        collected.search(text);
        collected.secrets.into_keys().collect()
    }

    #[test]
    fn tokens_that_nobody_asked_for_are_found_by_name_or_form() {
        assert_eq!(found(r#"{"refresh_token": "abc\/def-123", "token_type": "Bearer"}"#), ["abc/def-123"]);
        assert_eq!(found(r#"<input value="0123456789" type=hidden name='_csrf'>"#), ["0123456789"]);
        assert_eq!(found(r#"<meta name="csrf-token" content="0123456789">"#), ["0123456789"]);
        assert_eq!(found(r#"<input name="user" value="alice@example.test">"#), Vec::<String>::new());
        // A refresh token stood whole in reports, since it was called "refresh".
        assert_eq!(
            found(r#"{"refresh":"Zk3jQ0vT9xLmB2nR","kind":"application/json"}"#),
            ["Zk3jQ0vT9xLmB2nR"]
        );
        assert!(found("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl y").len() == 4);
    }

    #[test]
    fn the_id_beside_a_signature_is_a_secret_of_its_own() {
        let mut collected = Collected::default();
        collected.token("s:0123456789abcdef.0123456789abcdefghij");
        let all: Vec<_> = collected.secrets.into_keys().collect();
        assert!(all.contains(&"0123456789abcdef".to_owned()) && all.len() == 3, "{all:?}");
    }
}
