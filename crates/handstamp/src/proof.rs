//! What the application vouches for when it signs somebody in.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How somebody proved who they are: methods (`amr`, RFC 8176), level (`acr`) and time
/// (`auth_time`). A session inherits this and never claims more (NIST 800-63B-4 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proof {
    /// Authentication methods as RFC 8176 names them: `pwd`, `otp`, `hwk` ...
    #[serde(default, rename = "amr")]
    pub methods: Vec<String>,
    /// Authentication context class, in the application's own words, such as `aal2`.
    #[serde(default, rename = "acr", skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// When it was proven, if the application knows better than "now" (an identity provider's
    /// `auth_time`). A later time than now counts as now.
    #[serde(default, rename = "auth_time", skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl Proof {
    /// A proof by these RFC 8176 methods, made now.
    pub fn new<S: Into<String>>(methods: impl IntoIterator<Item = S>) -> Self {
        Self { methods: methods.into_iter().map(Into::into).collect(), level: None, at: None }
    }

    /// A password (`pwd`).
    pub fn password() -> Self {
        Self::new(["pwd"])
    }

    /// A passkey with user verification (`hwk`, `user`).
    pub fn passkey() -> Self {
        Self::new(["hwk", "user"])
    }

    /// Adds one more factor, such as `otp`.
    #[must_use]
    pub fn and(mut self, method: impl Into<String>) -> Self {
        self.methods.push(method.into());
        self
    }

    /// States the level (`acr`).
    #[must_use]
    pub fn at_level(mut self, level: impl Into<String>) -> Self {
        self.level = Some(level.into());
        self
    }

    /// States when the proof was made, for proofs that come from elsewhere.
    #[must_use]
    pub fn made_at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// When the proof was made, seen from `now`: never in the future.
    pub(crate) fn time(&self, now: Timestamp) -> Timestamp {
        self.at.unwrap_or(now).min(now)
    }
}

/// What the application allows a session to do: roles, scopes, in its own words. Granting changes
/// privilege and so issues a fresh token (OWASP session sheet, renewal after any privilege change).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Authorisations(Vec<String>);

impl Authorisations {
    /// These words, sorted and each once.
    pub fn new<S: Into<String>>(granted: impl IntoIterator<Item = S>) -> Self {
        let mut granted: Vec<String> = granted.into_iter().map(Into::into).collect();
        granted.sort_unstable();
        granted.dedup();
        Self(granted)
    }

    /// Was this granted? Compared whole and byte for byte.
    pub fn allow(&self, wanted: &str) -> bool {
        self.0.iter().any(|granted| granted == wanted)
    }

    /// Everything granted, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Was nothing granted?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
