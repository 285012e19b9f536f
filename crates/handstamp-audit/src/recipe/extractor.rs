//! Where a value is found in an answer.

use regex::Regex;
use scraper::Selector;

/// Where a value is found in an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extractor {
    /// The place.
    pub find: Find,
    /// Whether every match counts, not the first alone.
    pub all: bool,
    /// Whether a missing value is no error.
    pub is_optional: bool,
}

/// A place in an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Find {
    /// An element of the page.
    Css {
        /// Which element.
        selector: Selector,
        /// Its attribute; without one, its text.
        attribute: Option<String>,
    },
    /// A header of the answer.
    Header {
        /// Its name, in lower case.
        name: String,
    },
    /// A cookie that the answer sets.
    Cookie {
        /// Its name.
        name: String,
    },
    /// A place in a JSON body (RFC 6901).
    Json {
        /// The pointer, such as `/access_token`.
        pointer: String,
    },
    /// A pattern in the body: its first group, or all of it where it has none.
    Pattern {
        /// The pattern.
        pattern: Regex,
    },
    /// The newest mail: a pattern in it, as above.
    Mail {
        /// The pattern.
        pattern: Regex,
    },
}
