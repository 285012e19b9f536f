//! What kind of request this is, as far as its headers say.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
const PURPOSE: HeaderName = HeaderName::from_static("purpose");

/// What the headers say, read in one pass: looking each name up costs several times as much.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each read off the headers once")]
pub(crate) struct Signals {
    from_here: bool,
    has_site: bool,
    mode: Option<bool>,
    is_document: Option<bool>,
    /// Fetched ahead of time, by a browser that may never show it.
    pub(crate) is_prefetch: bool,
    /// A top-level navigation of a browser: its answer becomes a page that somebody sees.
    pub(crate) is_navigation: bool,
    /// A browser that sends no Fetch Metadata: it is on plain http, on a host that is not its own machine.
    pub(crate) looks_like_plain_http: bool,
}

impl Signals {
    pub(crate) fn read(method: &Method, headers: &HeaderMap) -> Self {
        let mut signals = Self::default();
        let mut agent = None;
        for (name, value) in headers {
            if *name == header::USER_AGENT {
                agent = agent.or(Some(value));
            } else if name.as_str().starts_with("sec-") {
                signals.hear(name, value);
            } else if *name == PURPOSE {
                signals.is_prefetch = true;
            }
        }
        signals.is_navigation = match signals.mode {
            Some(navigates) => navigates && signals.is_document.unwrap_or(true),
            // Browsers on plain http send no Fetch Metadata.
            None => matches!(*method, Method::GET | Method::HEAD | Method::POST) && wants_html(headers),
        };
        let is_browser = agent.is_some_and(|agent| agent.as_bytes().starts_with(b"Mozilla/"));
        signals.looks_like_plain_http = is_browser && !signals.has_site;
        signals
    }

    /// Of several lines of a name the first counts.
    fn hear(&mut self, name: &HeaderName, value: &HeaderValue) {
        if *name == SITE && !self.has_site {
            self.has_site = true;
            self.from_here = value == "same-origin" || value == "none";
        } else if *name == MODE {
            self.mode.get_or_insert(value == "navigate");
        } else if *name == DEST {
            self.is_document.get_or_insert(value == "document");
        } else if *name == SEC_PURPOSE {
            self.is_prefetch = true;
        }
    }

    /// A navigation within the same origin or typed by the person, whose answer is known to reach the
    /// browser's cookie jar: not a prefetch, and not by the word of a header that anybody may lack.
    pub(crate) fn reaches_the_browser(self) -> bool {
        self.from_here && self.mode.is_some() && self.is_navigation && !self.is_prefetch
    }
}

/// Does the client ask for a page rather than for data? `*/*` asks for neither.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    asks_for_html(headers.get_all(header::ACCEPT))
}

/// The same for lines of `Accept`.
pub(super) fn asks_for_html<'a>(lines: impl IntoIterator<Item = &'a HeaderValue>) -> bool {
    let lines = lines.into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        parts.next().is_some_and(|media| media.eq_ignore_ascii_case("text/html")) && !parts.any(is_never)
    })
}

/// A quality of 0 means "not this" (RFC 9110 section 12.4.2).
fn is_never(parameter: &str) -> bool {
    let quality = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="));
    quality.is_some_and(|quality| quality.parse() == Ok(0.0_f32))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn who_asks_for_html_wants_html() {
        let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        for accept in [chrome, "text/html", "TEXT/HTML;q=0.5", "application/json;q=0.9, text/html; level=1"] {
            assert!(wants_html(&headers(&[("accept", accept)])), "{accept}");
        }
        for accept in [
            "*/*",
            "application/json, text/plain, */*",
            "application/json, text/html;q=0",
            "text/html; q=0.0",
            "text/htmlx",
            "",
        ] {
            assert!(!wants_html(&headers(&[("accept", accept)])), "{accept}");
        }
        assert!(wants_html(&headers(&[("accept", "application/json"), ("accept", "text/html")])));
        assert!(!wants_html(&HeaderMap::new()));
    }

    #[test]
    fn a_navigation_is_what_the_browser_calls_one() {
        let navigate = ("sec-fetch-mode", "navigate");
        for (lines, expected) in [
            (vec![navigate, ("sec-fetch-dest", "document")], true),
            (vec![navigate, ("sec-fetch-dest", "iframe")], false),
            (vec![("sec-fetch-mode", "cors"), ("accept", "text/html")], false),
            (vec![("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], false),
            (vec![("accept", "text/html")], true),
            (vec![("accept", "application/json")], false),
            (vec![], false),
        ] {
            assert_eq!(Signals::read(&Method::GET, &headers(&lines)).is_navigation, expected, "{lines:?}");
        }
        assert!(!Signals::read(&Method::DELETE, &headers(&[("accept", "text/html")])).is_navigation);
    }

    #[test]
    fn a_renewal_is_sent_only_where_the_browser_says_that_it_listens() {
        let here =
            [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate"), ("accept", "text/html")];
        let with = |more: (&'static str, &'static str)| headers(&[here.as_slice(), &[more]].concat());
        assert!(Signals::read(&Method::GET, &headers(&here)).reaches_the_browser());
        assert!(!Signals::read(&Method::GET, &with(("sec-purpose", "prefetch"))).reaches_the_browser());
        assert!(!Signals::read(&Method::GET, &with(("purpose", "prefetch"))).reaches_the_browser());
        assert!(!Signals::read(&Method::GET, &with(("sec-fetch-dest", "iframe"))).reaches_the_browser());
        let foreign = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert!(!Signals::read(&Method::GET, &headers(&foreign)).reaches_the_browser());
        assert!(!Signals::read(&Method::GET, &headers(&[("accept", "text/html")])).reaches_the_browser());
    }
}
