//! What kind of request this is, as far as its headers say.

use http::{HeaderMap, Method, header};

/// A top-level navigation of a browser: its answer becomes a page that somebody sees.
pub(crate) fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    if let Some(mode) = headers.get("sec-fetch-mode") {
        return mode == "navigate" && headers.get("sec-fetch-dest").is_none_or(|dest| dest == "document");
    }
    // Browsers on plain http send no Fetch Metadata.
    matches!(*method, Method::GET | Method::HEAD | Method::POST) && wants_html(headers)
}

/// A navigation within the same origin or typed by the person, whose answer is known to reach the
/// browser's cookie jar: not a prefetch, and not by the word of a header that anybody may lack.
pub(crate) fn reaches_the_browser(method: &Method, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_some_and(|site| site == "same-origin" || site == "none")
        && headers.contains_key("sec-fetch-mode")
        && is_navigation(method, headers)
        && !is_prefetch(headers)
}

/// Fetched ahead of time, by a browser that may never show it.
pub(crate) fn is_prefetch(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-purpose") || headers.contains_key("purpose")
}

/// Does the client ask for a page rather than for data? `*/*` asks for neither.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
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

/// A browser that sends no Fetch Metadata: it is on plain http, on a host that is not its own machine.
pub(crate) fn looks_like_plain_http(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| agent.starts_with("Mozilla/")) && !headers.contains_key("sec-fetch-site")
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
            assert_eq!(is_navigation(&Method::GET, &headers(&lines)), expected, "{lines:?}");
        }
        assert!(!is_navigation(&Method::DELETE, &headers(&[("accept", "text/html")])));
    }

    #[test]
    fn a_renewal_is_sent_only_where_the_browser_says_that_it_listens() {
        let here =
            [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate"), ("accept", "text/html")];
        let with = |more: (&'static str, &'static str)| headers(&[here.as_slice(), &[more]].concat());
        assert!(reaches_the_browser(&Method::GET, &headers(&here)));
        assert!(!reaches_the_browser(&Method::GET, &with(("sec-purpose", "prefetch"))));
        assert!(!reaches_the_browser(&Method::GET, &with(("purpose", "prefetch"))));
        assert!(!reaches_the_browser(&Method::GET, &with(("sec-fetch-dest", "iframe"))));
        let foreign = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert!(!reaches_the_browser(&Method::GET, &headers(&foreign)));
        assert!(!reaches_the_browser(&Method::GET, &headers(&[("accept", "text/html")])));
    }
}
