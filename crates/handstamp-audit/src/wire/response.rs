//! An answer as it came.

/// An answer as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers in their order, names as they were spelled.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, without transfer coding; at most [`Response::MOST_BYTES`].
    pub body: Vec<u8>,
    /// Whether the body was longer than what is kept.
    pub is_cut: bool,
}

impl Response {
    /// The most of a body that is read.
    pub const MOST_BYTES: usize = 4 * 1024 * 1024;

    /// The first header of this name, as text; bytes that are no text become replacement characters.
    pub fn header(&self, name: &str) -> Option<String> {
        self.header_all(name).next()
    }

    /// Every header of this name, in order.
    pub fn header_all(&self, name: &str) -> impl Iterator<Item = String> {
        self.headers
            .iter()
            .filter(move |(there, _)| there.eq_ignore_ascii_case(name))
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    /// The body as text; bytes that are no text become replacement characters.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether it sends the client elsewhere.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.header("location").is_some()
    }

    /// Whether an answer kept by a cache would look like this: it has an age, or says that it was a hit.
    pub fn may_be_cached(&self) -> bool {
        let has_age = self.header("age").is_some_and(|age| age.trim() != "0");
        has_age
            || ["x-cache", "cf-cache-status", "x-cache-status", "x-proxy-cache"]
                .iter()
                .any(|name| self.header(name).is_some_and(|value| value.to_ascii_lowercase().contains("hit")))
    }
}
