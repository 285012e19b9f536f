//! Drafting a recipe from an HTTP archive: what a browser did once, as steps that can be done again.
//!
//! An archive is full of secrets. What is written down is where each value came from; passwords, tokens and whatever
//! else was made up for one session are not copied.

mod har;
mod origin;

use thiserror::Error;

use self::{
    har::{Entry, Sent},
    origin::origin,
};
use crate::{
    audit::shows,
    draft::{
        Draft, DraftAccount, DraftBody, DraftRequest, DraftStep, Form, Place, forms, is_made_up, literal,
        says_logout, variable,
    },
    recipe::{Secret, StepName},
    wire::Origin,
};

/// Who signs in, in the archive.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wanted {
    /// Who it is.
    pub account: DraftAccount,
    /// The password that was typed; without it, the field that is named like one counts.
    pub password: Option<Secret>,
}

impl Wanted {
    /// Somebody whose login is in the archive.
    pub fn new(account: DraftAccount, password: Option<Secret>) -> Self {
        Self { account, password }
    }
}

/// What an archive came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The recipe in the making.
    pub draft: Draft,
    /// The request that signs in, such as `POST /session`.
    pub login: String,
    /// The request that shows the marker.
    pub whoami: Option<String>,
    /// The request that signs out.
    pub logout: Option<String>,
    /// What is missing in the archive, and what to do about it.
    pub warnings: Vec<String>,
}

/// Why an archive is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It is none.
    #[error("this is no HTTP archive: it has no list log.entries")]
    NotAnArchive,
    /// Nobody signs in in it.
    #[error(
        "none of its {entries} requests sends the user {user:?} and a password; record from before the login, \
         and export with sensitive data"
    )]
    NoLogin {
        /// Who was looked for.
        user: String,
        /// How many requests there are.
        entries: usize,
    },
}

/// Drafts a recipe from the text of an archive.
pub fn import(archive: &str, wanted: &Wanted) -> Result<Imported, ImportError> {
    let entries = har::read(archive).ok_or(ImportError::NotAnArchive)?;
    let no_login = || ImportError::NoLogin { user: wanted.account.user.clone(), entries: entries.len() };
    let at = entries.iter().position(|entry| signs_in(entry, wanted)).ok_or_else(no_login)?;
    let login = entries.get(at).ok_or_else(no_login)?;
    let home = Origin::of(&login.url).ok_or_else(no_login)?;
    let mut steps = Steps { entries: &entries, login: at, home: &home, wanted, from_login: Vec::new() };
    let later = |wanted: &dyn Fn(&Entry) -> bool| {
        entries.iter().enumerate().skip(at + 1).find(|(_, entry)| wanted(entry)).map(|(index, _)| index)
    };
    let whoami = later(&|entry| {
        entry.method == "GET" && entry.status == 200 && shows(&entry.text, &wanted.account.marker)
    });
    let logout = later(&|entry| says_logout(entry.url.path()));

    let mut draft = Draft::new(&home.to_string()).account(wanted.account.clone()).shows_who(None);
    let mut login_step = steps.step(StepName::Login, at);
    if login_step.requests.first().is_some_and(|first| first.method != "GET")
        && let Some(page) = opened(&entries, at, &home)
    {
        login_step.requests.insert(0, DraftRequest::new("GET", steps.path(page)));
    }
    if let Some(index) = whoami {
        let mut step = steps.step(StepName::Whoami, index);
        if let Some(last) = step.requests.last_mut() {
            last.contains = Some("{{marker}}".to_owned());
        }
        draft.put(step);
    }
    if let Some(index) = logout {
        draft.put(steps.step(StepName::Logout, index));
    }
    if let Some(last) = login_step.requests.last_mut() {
        last.extract.append(&mut steps.from_login);
    }
    draft.put(login_step);
    for url in [Some(at), whoami, logout].into_iter().flatten().filter_map(|index| entries.get(index)) {
        if let Some(origin) = Origin::of(&url.url).filter(|origin| *origin != home) {
            draft.allow(origin.place());
        }
    }
    let named =
        |index: usize| entries.get(index).map(|entry| format!("{} {}", entry.method, entry.url.path()));
    Ok(Imported {
        draft,
        login: named(at).unwrap_or_default(),
        whoami: whoami.and_then(named),
        logout: logout.and_then(named),
        warnings: warnings(&entries, whoami.is_some(), wanted),
    })
}

fn warnings(entries: &[Entry], shows_who: bool, wanted: &Wanted) -> Vec<String> {
    let mut all = Vec::new();
    let has = |pairs: &[(String, String)], name: &str| {
        pairs.iter().any(|(there, _)| there.eq_ignore_ascii_case(name))
    };
    let has_credentials = entries.iter().any(|entry| {
        has(&entry.headers, "cookie")
            || has(&entry.headers, "authorization")
            || has(&entry.answer_headers, "set-cookie")
    });
    if !has_credentials {
        all.push(
            "it has neither cookies nor Authorization: browsers leave them out today; export with sensitive data, \
             and delete the archive afterwards"
                .to_owned(),
        );
    }
    if entries.iter().all(|entry| entry.text.is_empty()) {
        all.push("it has no bodies of answers, so nothing could be traced to where it came from".to_owned());
    } else if !shows_who {
        all.push(format!(
            "no answer after the login shows {:?}: give the text that does with --marker",
            wanted.account.marker
        ));
    }
    all
}

fn signs_in(entry: &Entry, wanted: &Wanted) -> bool {
    let mut has_user = false;
    let mut has_password = false;
    let mut see = |name: &str, value: &str| {
        has_user |= value == wanted.account.user;
        has_password |= match &wanted.password {
            Some(password) => value == password.reveal(),
            None => is_password(name),
        };
    };
    match &entry.body {
        Sent::Nothing => {}
        Sent::Form(fields) => fields.iter().for_each(|(name, value)| see(name, value)),
        Sent::Json(value) => leaves("", value, &mut see),
    }
    has_user && has_password
}

/// What the browser opened before it signed in, and may have been given a session by: without it nobody could ask
/// whether that session outlives the login (CWE-384).
fn opened<'a>(entries: &'a [Entry], login: usize, home: &Origin) -> Option<&'a Entry> {
    let earlier = entries.get(..login)?.iter().rev();
    let mut pages =
        earlier.filter(|entry| entry.method == "GET" && Origin::of(&entry.url).as_ref() == Some(home));
    pages.find(|entry| {
        entry.answered("set-cookie").next().is_some()
            || forms(&entry.text, &entry.url).iter().any(Form::is_login)
    })
}

fn is_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pass", "pwd", "secret", "kennwort"].iter().any(|word| name.contains(word))
}

fn leaves(name: &str, value: &serde_json::Value, see: &mut dyn FnMut(&str, &str)) {
    match value {
        serde_json::Value::String(text) => see(name, text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| leaves(name, item, see)),
        serde_json::Value::Object(fields) => fields.iter().for_each(|(name, item)| leaves(name, item, see)),
        _ => {}
    }
}

/// Makes steps out of entries.
struct Steps<'a> {
    entries: &'a [Entry],
    login: usize,
    home: &'a Origin,
    wanted: &'a Wanted,
    /// What later steps need of the login's own answer.
    from_login: Vec<(String, Place)>,
}

/// What is found while one request is written.
#[derive(Default)]
struct Traced {
    sources: Vec<(usize, String, Place)>,
    left_out: Vec<String>,
}

impl Steps<'_> {
    fn step(&mut self, name: StepName, index: usize) -> DraftStep {
        let Some(entry) = self.entries.get(index) else { return DraftStep::new(name, Vec::new()) };
        let mut traced = Traced::default();
        let mut request = DraftRequest::new(&entry.method, self.target(entry, index, &mut traced));
        request.headers = self.headers(entry, index, &mut traced);
        request.body = match &entry.body {
            Sent::Nothing => DraftBody::None,
            Sent::Form(fields) => DraftBody::Form(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), self.value(name, value, index, &mut traced)))
                    .collect(),
            ),
            Sent::Json(value) => DraftBody::Json(self.json("", value, index, &mut traced)),
        };
        let mut requests: Vec<(usize, DraftRequest)> = Vec::new();
        for (source, variable, place) in traced.sources {
            if source == self.login {
                self.from_login.push((variable, place));
                continue;
            }
            let there = requests.iter().position(|(index, _)| *index == source);
            let at = there.unwrap_or_else(|| {
                let method = self.entries.get(source).map_or("GET", |entry| entry.method.as_str());
                let target = self.entries.get(source).map_or_else(String::new, |entry| self.path(entry));
                requests.push((source, DraftRequest::new(method, target)));
                requests.len() - 1
            });
            if let Some((_, request)) = requests.get_mut(at) {
                request.extract.push((variable, place));
            }
        }
        requests.sort_by_key(|(source, _)| *source);
        let requests = requests.into_iter().map(|(_, request)| request).chain([request]).collect();
        traced.left_out.into_iter().fold(DraftStep::new(name, requests), DraftStep::comment)
    }

    /// Path and query; what was made up in the query is traced or left out.
    fn target(&self, entry: &Entry, index: usize, traced: &mut Traced) -> String {
        let mut target = self.path(entry);
        let mut pairs = Vec::new();
        for (name, value) in entry.url.query_pairs() {
            let value = self.value(&name, &value, index, traced);
            if !value.is_empty() {
                let is_variable = value.starts_with("{{");
                let value = if is_variable { value } else { crate::audit::form_encoded(&value) };
                pairs.push(format!("{}={value}", crate::audit::form_encoded(&name)));
            }
        }
        if !pairs.is_empty() {
            target = format!("{target}?{}", pairs.join("&"));
        }
        target
    }

    /// The path, whole where it is of another place; parts of it that were made up are not copied.
    fn path(&self, entry: &Entry) -> String {
        let is_token = |part: &&str| is_made_up(part) && !part.bytes().all(|byte| byte.is_ascii_digit());
        let path = entry.url.path();
        let path = path.split('/').map(|part| if is_token(&part) { "CHANGE-THIS" } else { part });
        let path = literal(&path.collect::<Vec<_>>().join("/"));
        match Origin::of(&entry.url) {
            Some(origin) if origin != *self.home => format!("{origin}{path}"),
            _ => path,
        }
    }

    fn headers(&self, entry: &Entry, index: usize, traced: &mut Traced) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (name, value) in &entry.headers {
            let name = name.to_ascii_lowercase();
            if name == "authorization" {
                let (scheme, token) = value.split_once(' ').unwrap_or(("", value));
                let token = self.value("access_token", token, index, traced);
                if !token.is_empty() {
                    all.push((name, format!("{scheme} {token}").trim_start().to_owned()));
                }
            } else if name.starts_with("x-") {
                let value = self.value(&name, value, index, traced);
                if !value.is_empty() {
                    all.push((name, value));
                }
            }
        }
        all
    }

    fn json(
        &self,
        name: &str,
        value: &serde_json::Value,
        index: usize,
        traced: &mut Traced,
    ) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::String(text) => Value::String(self.value(name, text, index, traced)),
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.json(name, item, index, traced)).collect())
            }
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, item)| (name.clone(), self.json(name, item, index, traced)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    /// What stands in the recipe for a value of the archive.
    fn value(&self, name: &str, value: &str, index: usize, traced: &mut Traced) -> String {
        let lower = name.to_ascii_lowercase();
        let is_typed_password =
            self.wanted.password.as_ref().is_some_and(|password| password.reveal() == value);
        if is_typed_password || is_password(name) {
            return "{{password}}".to_owned();
        }
        if value == self.wanted.account.user {
            return "{{user}}".to_owned();
        }
        let is_code = value.len() == 6 && value.bytes().all(|byte| byte.is_ascii_digit());
        if is_code && ["otp", "code", "factor"].iter().any(|word| lower.contains(word)) {
            traced.left_out.push(format!("{name} looks like a code: give the account its totp"));
            return "{{totp}}".to_owned();
        }
        if !is_made_up(value) {
            return literal(value);
        }
        let earlier = self.entries.get(..index).unwrap_or_default();
        if let Some((source, place)) = origin(earlier, value) {
            let variable = variable(name);
            if traced.sources.iter().all(|(.., there)| *there != place) {
                traced.sources.push((source, variable.clone(), place));
            }
            return format!("{{{{{variable}}}}}");
        }
        traced
            .left_out
            .push(format!("CHANGE THIS: {name} is in no earlier answer, and its value is not copied."));
        String::new()
    }
}

#[cfg(test)]
mod tests;
