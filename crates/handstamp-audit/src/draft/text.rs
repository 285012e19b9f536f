//! Writing a draft down as a recipe that its reader can go on with.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Draft, DraftAccount, DraftBody, DraftRequest, DraftStep, Place};
use crate::recipe::StepName;

const HEAD: &str = "\
# How this application is used, for `handstamp audit`. Every key is explained in docs/audit/recipe.md of Handstamp.
#   handstamp audit doctor FILE   does the login work, can signed in be told from not signed in
#   handstamp audit plan FILE     which checks run, and which lines here would unlock more
#   handstamp audit run FILE      the audit
# Passwords are never written here.
version = 1
";

impl Draft {
    /// The recipe as text, with comments that show how to add what could not be found.
    pub fn to_toml(&self) -> String {
        let mut text = HEAD.to_owned();
        // Writing to a text cannot fail, here and below.
        let _ = writeln!(text, "\n[target]\nbase = {}", quoted(&self.base));
        if !self.scope.is_empty() {
            let scope: Vec<_> = self.scope.iter().map(|place| quoted(place)).collect();
            let _ = writeln!(text, "scope = [{}]", scope.join(", "));
        }
        for account in &self.accounts {
            text += &written_account(account);
        }
        if self.accounts.len() < 2 {
            text += SECOND_ACCOUNT;
        }
        for step in &self.steps {
            text += &written_step(step);
        }
        for (name, example) in EXAMPLES {
            if self.steps.iter().all(|step| step.name != *name) {
                text.push('\n');
                text += example;
            }
        }
        text + REST
    }
}

fn written_account(account: &DraftAccount) -> String {
    let DraftAccount { name, user, password_variable, marker } = account;
    format!(
        "\n[accounts.{}]\nuser = {}\npassword = {{ env = {} }}\n\
         marker = {}   # text that whoami shows for this account and for no other\n",
        key(name),
        quoted(user),
        quoted(password_variable),
        quoted(marker)
    )
}

fn written_step(step: &DraftStep) -> String {
    let mut text = String::from("\n");
    for line in &step.comments {
        let _ = writeln!(text, "# {}", line.replace(|one: char| one.is_control(), " "));
    }
    if step.is_destructive {
        let _ = writeln!(text, "[steps.{}]\ndestructive = true", step.name);
    }
    for request in &step.requests {
        let _ = writeln!(text, "[[steps.{}.requests]]", step.name);
        text += &written_request(request);
    }
    text
}

fn written_request(request: &DraftRequest) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} = {}", request.method.to_ascii_lowercase(), quoted(&request.target));
    if !request.headers.is_empty() {
        let _ = writeln!(text, "headers = {}", table(&request.headers));
    }
    let _ = match &request.body {
        DraftBody::None => Ok(()),
        DraftBody::Form(fields) => writeln!(text, "form = {}", table(fields)),
        DraftBody::Json(value) => writeln!(text, "json = {}", inline(value)),
    };
    if let Some(text_expected) = &request.contains {
        let _ = writeln!(text, "expect = {{ contains = {} }}", quoted(text_expected));
    } else if let Some(path) = &request.ends_at {
        let _ = writeln!(text, "expect = {{ path = {} }}", quoted(path));
    }
    for (name, place) in &request.extract {
        let place = match place {
            Place::Css { selector, attribute } => {
                format!("css = {}, attr = {}", quoted(selector), quoted(attribute))
            }
            Place::Header(name) => format!("header = {}", quoted(name)),
            Place::Cookie(name) => format!("cookie = {}", quoted(name)),
            Place::Json(pointer) => format!("json = {}", quoted(pointer)),
        };
        let _ = writeln!(text, "extract.{} = {{ {place} }}", key(name));
    }
    text
}

fn table(pairs: &[(String, String)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{} = {}", key(name), quoted(value))).collect();
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

/// TOML knows no null, so fields without a value are left out.
fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter(|item| !item.is_null()).map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| format!("{} = {}", key(name), inline(value)))
                .collect();
            if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
        other => other.to_string(),
    }
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A basic string of TOML: JSON escapes all that it has to but one character.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string().replace('\u{7f}', "\\u007F")
}

const SECOND_ACCOUNT: &str = "
# A second account lets the auditor ask what one person can do to another's sessions:
# [accounts.other]
# user = \"bob@example.test\"
# password = { env = \"OTHER_PASSWORD\" }
# marker = \"bob@example.test\"
";

const EXAMPLES: &[(StepName, &str)] = &[
    (
        StepName::Logout,
        "\
# Logout unlocks the most checks of all:
# [[steps.logout.requests]]
# get = \"/account\"
# extract.csrf = { css = \"input[name=csrf]\", attr = \"value\" }
# [[steps.logout.requests]]
# post = \"/logout\"
# form = { csrf = \"{{csrf}}\" }
",
    ),
    (
        StepName::Write,
        "\
# A harmless write that can be read back, for cross-site requests and races:
# [steps.write]
# effect = { get = \"/account\", expect = { contains = \"{{nonce}}\" } }
# [[steps.write.requests]]
# post = \"/account/name\"
# form = { name = \"{{nonce}}\" }
",
    ),
    (
        StepName::ChangePassword,
        "\
# Played with --allow-destructive only, and the password is changed back:
# [steps.change_password]
# destructive = true
# [[steps.change_password.requests]]
# post = \"/account/password\"
# form = { old = \"{{password}}\", new = \"{{new_password}}\" }
",
    ),
    (
        StepName::SessionsList,
        "\
# The page that lists one's sessions, and ending one of them:
# [[steps.sessions_list.requests]]
# get = \"/account/sessions\"
# extract.ids = { css = \"[data-session]\", attr = \"data-session\", all = true }
# [[steps.end_session.requests]]
# post = \"/account/sessions/end\"
# form = { id = \"{{session_id}}\" }
",
    ),
];

const REST: &str = "
# Pages that only somebody signed in may see:
# [public]
# protected = [\"/account\"]

# What the application is meant to do; what is not declared is only measured (ASVS 5.0 7.1):
# [policy]
# idle = \"30m\"
# absolute = \"12h\"
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_application_names_its_fields_cannot_leave_its_quotes() {
        for text in ["a\"b", "a\\", "a\nb", "\u{7f}\u{1}", "{ }", "#", "\u{e9}"] {
            let toml = format!("{} = {}", key(text), quoted(text));
            let read: toml::Table = toml.parse().unwrap();
            assert_eq!(read.get(text).and_then(toml::Value::as_str), Some(text), "{toml}");
        }
        let value = serde_json::json!({"a b": [1, true, {"c": null, "d": "x"}], "e": {}});
        let toml = format!("json = {}", inline(&value));
        assert_eq!(toml, "json = { \"a b\" = [1, true, { d = \"x\" }], e = {} }");
        assert!(toml.parse::<toml::Table>().is_ok());
    }
}
