//! Steps: what can be done in the application, as requests.

use std::fmt;

use serde::Serialize;

use super::{Extractor, Template};

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident => $word:literal;)*) => {
        /// What can be done in the application; the key below `[steps]`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum StepName {
            $($(#[$doc])* $name,)*
        }

        impl StepName {
            /// Every step.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its key below `[steps]`.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

steps! {
    /// Opens a session for nobody in particular, where the first request of `login` does not.
    Anonymous => "anonymous";
    /// Signs in: `{{user}}`, `{{password}}`, `{{totp}}`.
    Login => "login";
    /// Signs in with "remember me".
    LoginRemembered => "login_remembered";
    /// The second half of a login in two: `login` then stops before the second factor.
    SecondFactor => "second_factor";
    /// Shows who is signed in; expects `{{marker}}`.
    Whoami => "whoami";
    /// Signs out.
    Logout => "logout";
    /// Changes the password to `{{new_password}}`.
    ChangePassword => "change_password";
    /// Resets the password to `{{new_password}}` through a mail.
    ResetPassword => "reset_password";
    /// Changes the mail address to `{{new_mail}}`.
    ChangeMail => "change_mail";
    /// Changes the second factor.
    ChangeFactor => "change_factor";
    /// Proves once more who it is.
    Reauthenticate => "reauthenticate";
    /// Gets another role or more rights within the session.
    SwitchRole => "switch_role";
    /// Writes `{{nonce}}` somewhere harmless; its `effect` reads it back.
    Write => "write";
    /// Lists the person's sessions; extracts `ids`.
    SessionsList => "sessions_list";
    /// Ends the session `{{session_id}}` of the list.
    EndSession => "end_session";
    /// Ends all sessions but the own.
    EndOthers => "end_others";
    /// Ends all sessions.
    EndAll => "end_all";
    /// Trades a refresh token for new tokens.
    Refresh => "refresh";
    /// What the page asks by itself, such as polling.
    Heartbeat => "heartbeat";
    /// An administrator disables or deletes `{{user}}`.
    AdminDisable => "admin_disable";
    /// An administrator undoes `admin_disable`.
    AdminEnable => "admin_enable";
    /// An administrator ends the sessions of `{{user}}`.
    AdminEndSessions => "admin_end_sessions";
    /// Opens a stream that ends with its session.
    Stream => "stream";
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// One thing that can be done: requests in order, and how to see that it worked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// What it does.
    pub name: StepName,
    /// Its requests, at least one.
    pub requests: Vec<StepRequest>,
    /// Where what it wrote can be read.
    pub effect: Option<Effect>,
    /// Whether it changes something that has to be put back.
    pub is_destructive: bool,
    /// The line of the recipe on which it begins.
    pub line: usize,
}

/// One request of a step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StepRequest {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path below the base, or a whole URL within the scope.
    pub target: Template,
    /// Headers besides those that the auditor writes.
    pub headers: Vec<(String, Template)>,
    /// What is sent.
    pub body: Body,
    /// What has to come back.
    pub expect: Expectation,
    /// What is taken from the answer: variable and where it is found.
    pub extract: Vec<(String, Extractor)>,
    /// Whether redirects within the scope are followed; default yes. What is expected and extracted is of
    /// the last answer.
    pub follows_redirects: bool,
    /// The line of the recipe on which it begins.
    pub line: usize,
}

/// What a request sends.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Body {
    /// Nothing.
    #[default]
    None,
    /// `application/x-www-form-urlencoded`, in this order.
    Form(Vec<(String, Template)>),
    /// `application/json`; every text in it is a template.
    Json(serde_json::Value),
    /// Text as it is, with its content type.
    Text {
        /// The content type.
        content_type: String,
        /// The text.
        text: Template,
    },
}

/// What an answer has to be. What is not asked for is not looked at; without anything, a status below 400.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Expectation {
    /// One of these.
    pub status: Vec<u16>,
    /// The body has this text, as it is or escaped for HTML.
    pub contains: Option<Template>,
    /// The body lacks this text.
    pub lacks: Option<Template>,
    /// The URL that redirects led to has this path.
    pub path: Option<Template>,
}

/// Where what a step wrote can be read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Effect {
    /// The request that reads it; its expectation says what is seen.
    pub request: StepRequest,
}
