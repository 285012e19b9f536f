//! One-time messages above a page: what was just done, or why it was not.

use maud::{Markup, Render, html};

use crate::icons;

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tone {
    /// It was done.
    Success,
    /// Worth knowing; nothing was asked for.
    Notice,
    /// It was not done.
    Failure,
}

/// A message shown once, usually after a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How it is meant.
    pub tone: Tone,
    /// One or two sentences of plain text.
    pub text: String,
}

impl Message {
    /// A message that something was done.
    pub fn success(text: impl Into<String>) -> Self {
        Self { tone: Tone::Success, text: text.into() }
    }

    /// A message worth knowing.
    pub fn notice(text: impl Into<String>) -> Self {
        Self { tone: Tone::Notice, text: text.into() }
    }

    /// A message that something was not done.
    pub fn failure(text: impl Into<String>) -> Self {
        Self { tone: Tone::Failure, text: text.into() }
    }
}

impl Render for Message {
    /// A failure interrupts a screen reader (`alert`), the rest waits its turn (`status`).
    fn render(&self) -> Markup {
        let (class, role, icon) = match self.tone {
            Tone::Success => ("message message-success", "status", icons::tick()),
            Tone::Notice => ("message message-notice", "status", icons::notice()),
            Tone::Failure => ("message message-failure", "alert", icons::warning()),
        };
        html! {
            div class=(class) role=(role) { (icon) p { (self.text) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use maud::Render;

    use super::Message;

    #[test]
    fn a_failure_is_an_alert_and_the_rest_a_status() {
        assert!(Message::failure("No.").render().into_string().contains(r#"role="alert""#));
        assert!(Message::success("Yes.").render().into_string().contains(r#"role="status""#));
        assert!(Message::notice("So.").render().into_string().contains(r#"role="status""#));
    }
}
