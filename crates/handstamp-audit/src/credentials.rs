//! What shows an application who is asking, as a value: no jar decides behind a check's back.

use std::fmt;

use serde::Serialize;

use crate::wire::Request;

/// Where a credential travels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Carrier {
    /// The cookie of this name.
    Cookie(String),
    /// The request header of this name, in lower case.
    Header(String),
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cookie(name) => write!(f, "cookie {name}"),
            Self::Header(name) => write!(f, "header {name}"),
        }
    }
}

/// What one client sends to show who it is: carriers with their values, in the order in which they are sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    parts: Vec<(Carrier, String)>,
}

impl Credentials {
    /// No credential at all.
    pub const fn none() -> Self {
        Self { parts: Vec::new() }
    }

    /// Adds a carrier with its value, in the place of one that is there.
    #[must_use]
    pub fn with(mut self, carrier: Carrier, value: impl Into<String>) -> Self {
        let value = value.into();
        match self.parts.iter_mut().find(|(there, _)| *there == carrier) {
            Some((_, there)) => *there = value,
            None => self.parts.push((carrier, value)),
        }
        self
    }

    /// All but one carrier.
    #[must_use]
    pub fn without(&self, carrier: &Carrier) -> Self {
        Self { parts: self.parts.iter().filter(|(there, _)| there != carrier).cloned().collect() }
    }

    /// Only these carriers.
    #[must_use]
    pub fn only(&self, carriers: &[Carrier]) -> Self {
        Self { parts: self.parts.iter().filter(|(there, _)| carriers.contains(there)).cloned().collect() }
    }

    /// These, and for each carrier that `other` has too, the value of `other`.
    #[must_use]
    pub fn overlaid_by(&self, other: &Self) -> Self {
        other
            .parts
            .iter()
            .filter(|(carrier, _)| self.get(carrier).is_some())
            .fold(self.clone(), |all, (carrier, value)| all.with(carrier.clone(), value.clone()))
    }

    /// The value of a carrier.
    pub fn get(&self, carrier: &Carrier) -> Option<&str> {
        self.parts.iter().find(|(there, _)| there == carrier).map(|(_, value)| value.as_str())
    }

    /// The carriers, in order.
    pub fn carriers(&self) -> impl Iterator<Item = &Carrier> {
        self.parts.iter().map(|(carrier, _)| carrier)
    }

    /// Carriers with their values, in order.
    pub fn parts(&self) -> impl Iterator<Item = (&Carrier, &str)> {
        self.parts.iter().map(|(carrier, value)| (carrier, value.as_str()))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The request with exactly these credentials: one `Cookie` header, and each other header once.
    #[must_use]
    pub fn apply(&self, mut request: Request) -> Request {
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
        let mut cookies = Vec::new();
        for (carrier, value) in &self.parts {
            match carrier {
                Carrier::Cookie(name) => cookies.push(format!("{name}={value}")),
                Carrier::Header(name) => request = request.only_header(name, value.as_bytes()),
            }
        }
        if cookies.is_empty() { request } else { request.header("Cookie", cookies.join("; ")) }
    }
}

impl fmt::Debug for Credentials {
    /// Carriers without their values: they are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.carriers()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_all_that_a_request_carries() {
        let sid = Carrier::Cookie("sid".to_owned());
        let bearer = Carrier::Header("authorization".to_owned());
        let all = Credentials::none().with(sid.clone(), "a").with(bearer.clone(), "Bearer b");
        let request = all.apply(Request::get("/").header("Cookie", "old=1").header("Authorization", "old"));
        assert_eq!(request.header_value("cookie"), Some(&b"sid=a"[..]));
        assert_eq!(request.header_value("authorization"), Some(&b"Bearer b"[..]));
        assert_eq!(request.headers.len(), 2);
        assert_eq!(all.without(&sid).get(&sid), None);
        let other =
            Credentials::none().with(sid.clone(), "other").with(Carrier::Cookie("more".to_owned()), "x");
        let laid = all.overlaid_by(&other);
        assert_eq!((laid.get(&sid), laid.carriers().count()), (Some("other"), 2));
        assert!(!format!("{all:?}").contains("Bearer b"));
    }
}
