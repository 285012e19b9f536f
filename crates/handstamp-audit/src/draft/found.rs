//! What was found out about an application, and what the person in front of it knew already.

use super::DraftStep;

/// A login form and the page that it is on.
#[derive(Clone, Debug)]
pub struct FoundLogin {
    /// The page, as a path below the address that was given.
    pub page: String,
    /// Where it sends, such as `POST /session`.
    pub sends: String,
    /// The names of its fields, in order.
    pub fields: Vec<String>,
    pub(super) step: DraftStep,
    pub(super) remembered: Option<DraftStep>,
}

/// What signing in led to.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Found {
    /// Why the login failed.
    pub login_failed: Option<String>,
    /// The page that shows the marker.
    pub whoami: Option<String>,
    /// What signs out, such as `POST /logout`.
    pub logout: Option<String>,
    /// A form that changes the password.
    pub change_password: Option<String>,
}

/// What is known already.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Known {
    /// The page that shows who is signed in.
    pub whoami: Option<String>,
    /// Where signing out is.
    pub logout: Option<String>,
}

impl Known {
    /// What is known already, as paths.
    pub fn new(whoami: Option<String>, logout: Option<String>) -> Self {
        Self { whoami, logout }
    }
}
