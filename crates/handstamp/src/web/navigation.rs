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
        && !headers.contains_key("sec-purpose")
        && !headers.contains_key("purpose")
}

/// Does the client ask for a page rather than for data?
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// A browser that sends no Fetch Metadata: it is on plain http, on a host that is not its own machine.
pub(crate) fn looks_like_plain_http(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| agent.starts_with("Mozilla/")) && !headers.contains_key("sec-fetch-site")
}
