//! Drafting a recipe: what can be found out about an application is written down, and the rest is shown in comments.
//!
//! A recipe takes minutes to write and seconds to correct. So nothing here has to be right: what was found is tried
//! by [`doctor`](crate::doctor) at once, and the person in front of it changes a line. No password and no token is
//! ever written down.

mod explore;
mod found;
mod page;
mod steps;
mod text;

pub use explore::{ExploreError, Explorer};
pub use found::{Found, FoundLogin, Known};
use page::Field;
pub(crate) use page::{Form, forms, is_made_up, says_logout};

use crate::recipe::{GIVEN_NAMES, StepName};

/// A recipe in the making.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    base: String,
    scope: Vec<String>,
    accounts: Vec<DraftAccount>,
    steps: Vec<DraftStep>,
}

/// Somebody who may sign in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DraftAccount {
    /// Its name in the recipe.
    pub name: String,
    /// What is typed as the user name.
    pub user: String,
    /// The environment variable that holds the password.
    pub password_variable: String,
    /// Text that only this account's page shows.
    pub marker: String,
}

impl DraftAccount {
    /// An account; its name is made from the user name, and the marker is that too where there is none.
    pub fn new(user: &str, password_variable: &str, marker: Option<&str>) -> Self {
        let start = user.split('@').next().unwrap_or_default();
        let name: String = start.chars().filter(|one| one.is_ascii_alphanumeric() || *one == '_').collect();
        Self {
            name: if name.is_empty() { "first".to_owned() } else { name.to_ascii_lowercase() },
            user: user.to_owned(),
            password_variable: password_variable.to_owned(),
            marker: marker.unwrap_or(user).to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct DraftStep {
    pub(crate) name: StepName,
    pub(crate) comments: Vec<String>,
    pub(crate) requests: Vec<DraftRequest>,
    pub(crate) is_destructive: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct DraftRequest {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: DraftBody,
    pub(crate) contains: Option<String>,
    pub(crate) ends_at: Option<String>,
    pub(crate) extract: Vec<(String, Place)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum DraftBody {
    #[default]
    None,
    Form(Vec<(String, String)>),
    Json(serde_json::Value),
}

/// Where a value is found in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Css { selector: String, attribute: String },
    Header(String),
    Cookie(String),
    Json(String),
}

impl DraftRequest {
    pub(crate) fn new(method: &str, target: impl Into<String>) -> Self {
        Self { method: method.to_owned(), target: target.into(), ..Self::default() }
    }
}

impl DraftStep {
    pub(crate) fn new(name: StepName, requests: Vec<DraftRequest>) -> Self {
        Self { name, comments: Vec::new(), requests, is_destructive: false }
    }

    #[must_use]
    pub(crate) fn comment(mut self, line: impl Into<String>) -> Self {
        self.comments.push(line.into());
        self
    }
}

impl Draft {
    /// A draft for the application at this address.
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), ..Self::default() }
    }

    /// Adds somebody who may sign in; a name that is taken gets a number.
    #[must_use]
    pub fn account(mut self, mut account: DraftAccount) -> Self {
        if self.accounts.iter().any(|there| there.name == account.name) {
            account.name = format!("{}{}", account.name, self.accounts.len() + 1);
        }
        self.accounts.push(account);
        self
    }

    pub(crate) fn allow(&mut self, place: String) {
        if !self.scope.contains(&place) {
            self.scope.push(place);
        }
    }

    /// Puts a step in the place of one of its name; steps come in the order of the recipe's.
    pub(crate) fn put(&mut self, step: DraftStep) {
        self.steps.retain(|there| there.name != step.name);
        self.steps.push(step);
        self.steps.sort_by_key(|step| step.name);
    }
}

/// What a form of a page sends, as requests of a step: the page is fetched first where it holds what was made up.
pub(crate) fn requests_of(
    page: &str,
    forms: &[Form],
    form: &Form,
    target: String,
    fill: &dyn Fn(&Field) -> Option<String>,
) -> Vec<DraftRequest> {
    let mut extract = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    for field in &form.fields {
        let value = if let Some(value) = fill(field) {
            value
        } else if field.kind == "hidden" && is_made_up(&field.value) {
            let name = variable(&field.name);
            extract.push((
                name.clone(),
                Place::Css { selector: selector(forms, form, field), attribute: "value".to_owned() },
            ));
            format!("{{{{{name}}}}}")
        } else if matches!(field.kind.as_str(), "checkbox" | "radio") && !field.is_checked {
            continue;
        } else {
            literal(&field.value)
        };
        fields.push((field.name.clone(), value));
    }
    // Browsers send the name of the one button that was pressed.
    let buttons: Vec<_> = form.fields.iter().filter(|field| field.kind == "submit").skip(1).collect();
    fields.retain(|(name, _)| !buttons.iter().any(|button| button.name == *name));
    let mut requests = Vec::new();
    if !extract.is_empty() {
        requests.push(DraftRequest { extract, ..DraftRequest::new("GET", page) });
    }
    let mut sent = DraftRequest::new(&form.method, target);
    if form.method == "GET" {
        if !fields.is_empty() {
            let query: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            sent.target = format!("{}?{}", sent.target, query.join("&"));
        }
    } else {
        sent.body = DraftBody::Form(fields);
    }
    requests.push(sent);
    requests
}

/// Text of the application that is sent as it is: braces would name something.
pub(crate) fn literal(text: &str) -> String {
    text.replace("{{", "{ {")
}

/// A name for a variable that nothing else has.
pub(crate) fn variable(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { '_' })
        .collect();
    let name = name.trim_matches('_');
    if name.is_empty() || GIVEN_NAMES.contains(&name) { format!("form_{name}") } else { name.to_owned() }
}

fn selector(forms: &[Form], form: &Form, field: &Field) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let input = format!("input[name=\"{}\"]", quoted(&field.name));
    let has_it = |form: &&Form| form.fields.iter().any(|there| there.name == field.name);
    match &form.written_action {
        Some(action) if forms.iter().filter(has_it).count() > 1 => {
            format!("form[action=\"{}\"] {input}", quoted(action))
        }
        _ => input,
    }
}
