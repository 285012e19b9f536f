//! Forms: always POST where something changes, each input with its label, each error tied to its
//! input, and the hidden field against cross-site requests where the application has one.

use maud::{Markup, Render, html};

/// The hidden field of an application that protects its forms with a session-bound token.
#[derive(Clone, Copy, Debug)]
pub struct Csrf<'a> {
    /// The field's name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}

/// The opening of a form that changes something: its address and its hidden fields.
#[derive(Clone, Copy, Debug)]
pub struct PostForm<'a> {
    /// Where it goes.
    pub action: &'a str,
    /// The hidden field against cross-site requests.
    pub csrf: Option<Csrf<'a>>,
    /// Further hidden fields: name and value.
    pub hidden: &'a [(&'a str, &'a str)],
}

impl PostForm<'_> {
    /// The form around `content`.
    pub fn around(&self, content: &Markup) -> Markup {
        html! {
            form method="post" action=(self.action) {
                @if let Some(csrf) = self.csrf {
                    input type="hidden" name=(csrf.name) value=(csrf.value);
                }
                @for (name, value) in self.hidden {
                    input type="hidden" name=(name) value=(value);
                }
                (content)
            }
        }
    }
}

/// What an input takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldKind<'a> {
    /// A line of text, with what was entered before.
    Text {
        /// What was entered before.
        value: &'a str,
    },
    /// An e-mail address, with what was entered before.
    Email {
        /// What was entered before.
        value: &'a str,
    },
    /// A text that is shown and sent but cannot be changed.
    Fixed {
        /// The text.
        value: &'a str,
    },
    /// A password. It has no value: what was entered is never sent back.
    Password,
    /// A one-time code.
    Code,
}

/// An input with its label, hint and error.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The label.
    pub label: &'a str,
    /// The name it is sent under; also its `id`, so unique on the page.
    pub name: &'a str,
    /// What it takes.
    pub kind: FieldKind<'a>,
    /// The `autocomplete` purpose, such as `current-password` (WCAG 1.3.5). Password managers
    /// depend on it.
    pub autocomplete: &'a str,
    /// What to enter.
    pub hint: Option<&'a str>,
    /// What was wrong with it.
    pub error: Option<&'a str>,
    /// The least number of characters.
    pub shortest: Option<u32>,
}

impl<'a> Field<'a> {
    /// A required input without hint or error.
    pub fn new(label: &'a str, name: &'a str, kind: FieldKind<'a>, autocomplete: &'a str) -> Self {
        Self { label, name, kind, autocomplete, hint: None, error: None, shortest: None }
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// With an error, if there is one.
    #[must_use]
    pub fn error(mut self, error: Option<&'a str>) -> Self {
        self.error = error;
        self
    }

    /// With a least number of characters.
    #[must_use]
    pub fn shortest(mut self, characters: u32) -> Self {
        self.shortest = Some(characters);
        self
    }

    fn described_by(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let error = self.error.map(|_| format!("{}-error", self.name));
        match (error, hint) {
            (Some(error), Some(hint)) => Some(format!("{error} {hint}")),
            (one, other) => one.or(other),
        }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let (kind, value, code) = match self.kind {
            FieldKind::Text { value } | FieldKind::Fixed { value } => ("text", Some(value), false),
            FieldKind::Email { value } => ("email", Some(value), false),
            FieldKind::Password => ("password", None, false),
            FieldKind::Code => ("text", None, true),
        };
        let fixed = matches!(self.kind, FieldKind::Fixed { .. });
        html! {
            div class="field" {
                label for=(self.name) { (self.label) }
                @if let Some(hint) = self.hint {
                    p class="hint" id={ (self.name) "-hint" } { (hint) }
                }
                input id=(self.name) name=(self.name) type=(kind) value=[value]
                    autocomplete=(self.autocomplete) autocapitalize="none" spellcheck="false"
                    inputmode=[code.then_some("numeric")] minlength=[self.shortest]
                    required[!fixed] readonly[fixed]
                    aria-invalid=[self.error.map(|_| "true")]
                    aria-describedby=[self.described_by()];
                @if let Some(error) = self.error {
                    p class="field-error" id={ (self.name) "-error" } { (error) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use maud::{Render, html};

    use super::{Csrf, Field, FieldKind, PostForm};

    #[test]
    fn an_error_is_tied_to_its_input() {
        let html = Field::new("Password", "password", FieldKind::Password, "current-password")
            .hint("At least 8 characters")
            .error(Some("Wrong"))
            .render()
            .into_string();
        assert!(html.contains(r#"aria-describedby="password-error password-hint""#), "{html}");
        assert!(html.contains(r#"id="password-error""#) && html.contains(r#"id="password-hint""#));
        assert!(html.contains(r#"aria-invalid="true""#));
    }

    #[test]
    fn what_was_entered_comes_back_escaped_and_a_password_never() {
        let kind = FieldKind::Email { value: r#""><script>"# };
        let html = Field::new("E-mail", "email", kind, "username").render().into_string();
        assert!(html.contains(r#"value="&quot;&gt;&lt;script&gt;""#), "{html}");
        let html = Field::new("P", "p", FieldKind::Password, "new-password").render().into_string();
        assert!(!html.contains("value="), "{html}");
    }

    #[test]
    fn the_hidden_field_is_there_when_asked_for() {
        let mut form = PostForm { action: "/x", csrf: None, hidden: &[("session", "abc")] };
        let without = form.around(&html! {}).into_string();
        assert_eq!(
            without,
            r#"<form method="post" action="/x"><input type="hidden" name="session" value="abc"></form>"#
        );
        form.csrf = Some(Csrf { name: "csrf", value: "v" });
        let with = form.around(&html! {}).into_string();
        assert!(with.contains(r#"<input type="hidden" name="csrf" value="v">"#), "{with}");
    }
}
