//! What a page offers: forms and links, and which of them sign in and out.

use std::fmt::Write as _;

use scraper::{ElementRef, Selector};
use url::Url;

/// A form of a page.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) method: String,
    pub(crate) action: Url,
    /// The attribute as it is written.
    pub(crate) written_action: Option<String>,
    pub(crate) fields: Vec<Field>,
    /// What its buttons say.
    pub(crate) says: String,
}

/// A field of a form.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) autocomplete: String,
    pub(crate) is_checked: bool,
}

/// A link of a page.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) to: Url,
    pub(crate) says: String,
}

/// The forms of a page at this address.
pub(crate) fn forms(page: &str, at: &Url) -> Vec<Form> {
    let page = crate::html::document(page);
    let Ok(selector) = Selector::parse("form") else { return Vec::new() };
    page.select(&selector).filter_map(|form| form_of(form, at)).collect()
}

fn form_of(form: ElementRef<'_>, at: &Url) -> Option<Form> {
    let element = form.value();
    let written_action = element.attr("action").map(str::to_owned);
    let action = match written_action.as_deref().map(str::trim) {
        None | Some("") => at.clone(),
        Some(action) => at.join(action).ok()?,
    };
    let controls = Selector::parse("input, button, textarea, select").ok()?;
    let mut fields = Vec::new();
    let mut says = String::new();
    for control in form.select(&controls) {
        let value = control.value();
        let attribute = |name| value.attr(name).unwrap_or_default().to_owned();
        let usual = if value.name() == "button" { "submit" } else { "text" };
        let kind = value.attr("type").unwrap_or(usual).to_ascii_lowercase();
        if kind == "submit" {
            let text: String = control.text().collect();
            let _ = write!(says, "{} {} ", text.trim(), attribute("value"));
        }
        if attribute("name").is_empty() || matches!(kind.as_str(), "reset" | "button" | "image" | "file") {
            continue;
        }
        fields.push(Field {
            name: attribute("name"),
            kind,
            value: attribute("value"),
            autocomplete: attribute("autocomplete"),
            is_checked: value.attr("checked").is_some(),
        });
    }
    let method = element.attr("method").unwrap_or("get").to_ascii_uppercase();
    Some(Form { method, action, written_action, fields, says })
}

/// The links of a page at this address, to addresses of HTTP.
pub(crate) fn links(page: &str, at: &Url) -> Vec<Link> {
    let page = crate::html::document(page);
    let Ok(selector) = Selector::parse("a[href]") else { return Vec::new() };
    page.select(&selector)
        .filter_map(|link| {
            let mut to = at.join(link.value().attr("href")?).ok()?;
            to.set_fragment(None);
            let says: String = link.text().collect();
            matches!(to.scheme(), "http" | "https").then_some(Link { to, says })
        })
        .collect()
}

impl Form {
    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.kind == kind)
    }

    pub(crate) fn passwords(&self) -> Vec<&Field> {
        self.of_kind("password").collect()
    }

    /// Whether it signs in: one password, and somebody whose it is.
    pub(crate) fn is_login(&self) -> bool {
        self.passwords().len() == 1 && self.user_field().is_some()
    }

    /// Where the user name is typed: what says so, else what stands before the password.
    pub(crate) fn user_field(&self) -> Option<&Field> {
        let password = self.fields.iter().position(|field| field.kind == "password")?;
        let is_text = |field: &&Field| matches!(field.kind.as_str(), "text" | "email" | "tel");
        let named = self.fields.iter().filter(is_text).find(|field| {
            let name = field.name.to_ascii_lowercase();
            let is_said = matches!(field.autocomplete.as_str(), "username" | "email");
            is_said || ["user", "email", "login", "mail"].iter().any(|word| name.contains(word))
        });
        let before = || self.fields.get(..password)?.iter().rev().find(is_text);
        named.or_else(before)
    }

    /// The box that keeps somebody signed in.
    pub(crate) fn remember(&self) -> Option<&Field> {
        self.of_kind("checkbox").find(|field| {
            let name = field.name.to_ascii_lowercase();
            ["remember", "stay", "keep", "persist"].iter().any(|word| name.contains(word))
        })
    }

    pub(crate) fn is_logout(&self) -> bool {
        self.passwords().is_empty() && (says_logout(self.action.path()) || says_logout(&self.says))
    }
}

impl Link {
    pub(crate) fn is_logout(&self) -> bool {
        says_logout(self.to.path()) || says_logout(&self.says)
    }
}

/// Words for it, in the languages that most applications have; without spaces and hyphens.
const LOGOUT: [&str; 27] = [
    "logout",
    "logoff",
    "signout",
    "signoff",
    "abmelden",
    "ausloggen",
    "deconnexion",
    "d\u{e9}connexion",
    "d\u{e9}connecter",
    "cerrarsesi\u{f3}n",
    "cerrarsesion",
    "disconnetti",
    "uitloggen",
    "afmelden",
    "terminarsess\u{e3}o",
    "wyloguj",
    "loggaut",
    "loggut",
    "logud",
    "kirjauduulos",
    "odhl\u{e1}sit",
    "\u{432}\u{44b}\u{439}\u{442}\u{438}",
    "\u{30ed}\u{30b0}\u{30a2}\u{30a6}\u{30c8}",
    "\u{9000}\u{51fa}",
    "\u{767b}\u{51fa}",
    "\u{b85c}\u{adf8}\u{c544}\u{c6c3}",
    "\u{e7}\u{131}k\u{131}\u{15f}",
];

/// Whether a text or a path is about signing out.
pub(crate) fn says_logout(text: &str) -> bool {
    let text: String =
        text.to_lowercase().chars().filter(|one| !one.is_whitespace() && !matches!(one, '-' | '_')).collect();
    // A paragraph that mentions it is no button.
    text.chars().count() < 80 && LOGOUT.iter().any(|word| text.contains(word))
}

/// Whether a value was likely made for this page or this person, so that it has to be taken from an answer and must
/// not be written down.
pub(crate) fn is_made_up(value: &str) -> bool {
    let is_word = |one: char| one.is_ascii_lowercase() || matches!(one, '-' | '_' | '/' | ' ' | '.' | ',');
    let is_text = value.chars().enumerate().all(|(at, one)| is_word(one) || (at == 0 && one.is_alphabetic()));
    value.chars().count() > 7 && !(is_text && value.chars().count() <= 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Url {
        Url::parse("http://localhost:1/login?next=/a").unwrap()
    }

    #[test]
    fn a_login_form_is_told_from_others_with_its_fields() {
        let page = r#"<form action="/search"><input name=q></form>
            <form method=post action="session"><input type=hidden name=authenticity_token value="pQ8x7Zk2Lm">
            <input name="login[mail]" type=email><input name=pw type=password>
            <input type=checkbox name=remember_me value=1><button name=go value=in>Sign in</button></form>
            <form method=post><input name=a type=password><input name=b type=password></form>"#;
        let forms = forms(page, &at());
        let found: Vec<_> = forms.iter().filter(|form| form.is_login()).collect();
        assert_eq!(found.len(), 1);
        let form = found[0];
        assert_eq!((form.method.as_str(), form.action.as_str()), ("POST", "http://localhost:1/session"));
        assert_eq!(form.user_field().unwrap().name, "login[mail]");
        assert_eq!(form.remember().unwrap().value, "1");
        assert_eq!(forms[2].action, at());
    }

    #[test]
    fn logout_is_known_by_path_and_words_in_several_languages() {
        for text in [
            "/users/sign_out",
            "Log out",
            "Abmelden",
            "Se d\u{e9}connecter",
            "Cerrar sesi\u{f3}n",
            "\u{9000}\u{51fa}",
        ] {
            assert!(says_logout(text), "{text}");
        }
        assert!(!says_logout("/login") && !says_logout(&"how to log out ".repeat(10)));
    }

    #[test]
    fn what_was_made_up_is_told_from_words() {
        for value in ["pQ8x7Zk2Lm", "0123456789abcdef", "eyJhbGciOiJIUzI1NiJ9.e30.x", "AAAABBBBCCCC"] {
            assert!(is_made_up(value), "{value}");
        }
        for value in ["", "1", "on", "Sign in", "/account/settings", "password", "Remember me"] {
            assert!(!is_made_up(value), "{value}");
        }
    }
}
