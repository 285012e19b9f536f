//! Taking values out of answers.

use regex::Regex;
use scraper::Selector;

use crate::{
    cookie::SetCookie,
    recipe::{Extractor, Find},
    wire::Response,
};

/// The values that an extractor finds in an answer, in order; a mail is not an answer and has none here.
pub(super) fn extract(extractor: &Extractor, response: &Response) -> Vec<String> {
    let mut found = match &extractor.find {
        Find::Css { selector, attribute } => css(&response.text(), selector, attribute.as_deref()),
        Find::Header { name } => response.header_all(name).collect(),
        Find::Cookie { name } => response
            .header_all("set-cookie")
            .filter_map(|header| SetCookie::parse(&header))
            .filter(|cookie| cookie.name == *name)
            .map(|cookie| cookie.value)
            .collect(),
        Find::Json { pointer } => json(&response.body, pointer),
        Find::Pattern { pattern } => matches(pattern, &response.text()),
        Find::Mail { .. } => Vec::new(),
    };
    if !extractor.all {
        found.truncate(1);
    }
    found
}

fn css(page: &str, selector: &Selector, attribute: Option<&str>) -> Vec<String> {
    let page = crate::html::document(page);
    page.select(selector)
        .filter_map(|element| match attribute {
            Some(name) => element.value().attr(name).map(str::to_owned),
            None => Some(element.text().collect::<String>().trim().to_owned()),
        })
        .collect()
}

/// A text or number at the pointer, or each of a list of them.
fn json(body: &[u8], pointer: &str) -> Vec<String> {
    use serde_json::Value;
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let Ok(document) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    match document.pointer(pointer) {
        Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
        Some(value) => text(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The first group of each match, or all of it where the pattern has no group.
pub(super) fn matches(pattern: &Regex, text: &str) -> Vec<String> {
    pattern
        .captures_iter(text)
        .filter_map(|found| found.get(1).or_else(|| found.get(0)).map(|group| group.as_str().to_owned()))
        .collect()
}

/// Whether a page shows a text, as it is or escaped for HTML.
pub(crate) fn shows(page: &str, text: &str) -> bool {
    if text.is_empty() {
        return false;
    }
    page.contains(text)
        || page.contains(&escaped(text, "&#39;", "&quot;"))
        || page.contains(&escaped(text, "&#x27;", "&#34;"))
}

fn escaped(text: &str, apostrophe: &str, quote: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', apostrophe)
        .replace('"', quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(find: Find, all: bool, body: &str) -> Vec<String> {
        let response = Response {
            headers: vec![("Set-Cookie".to_owned(), b"sid=1; Path=/".to_vec())],
            body: body.as_bytes().to_vec(),
            ..Response::default()
        };
        extract(&Extractor { find, all, is_optional: false }, &response)
    }

    #[test]
    fn values_are_found_where_the_recipe_says() {
        let page = r#"<form><input name="csrf" value="a&amp;b"><input name="csrf" value="c"></form>"#;
        let css = || Find::Css {
            selector: Selector::parse("input[name=csrf]").unwrap(),
            attribute: Some("value".into()),
        };
        assert_eq!(found(css(), false, page), ["a&b"]);
        assert_eq!(found(css(), true, page), ["a&b", "c"]);
        let json = |pointer: &str, body| found(Find::Json { pointer: pointer.into() }, true, body);
        assert_eq!(json("/a/0/t", r#"{"a":[{"t":"x"}]}"#), ["x"]);
        assert_eq!(json("/ids", r#"{"ids":[1,"2"]}"#), ["1", "2"]);
        assert!(json("/a", "<p>").is_empty());
        assert_eq!(found(Find::Cookie { name: "sid".into() }, false, ""), ["1"]);
        assert_eq!(
            found(Find::Pattern { pattern: Regex::new("t=(\\w+)").unwrap() }, true, "t=a t=b"),
            ["a", "b"]
        );
    }

    #[test]
    fn a_text_is_shown_also_where_html_escapes_it() {
        assert!(shows("<p>O&#39;Neil &amp; sons</p>", "O'Neil & sons"));
        assert!(shows("<p>O&#x27;Neil</p>", "O'Neil"));
        assert!(!shows("<p>alice</p>", "bob") && !shows("anything", ""));
    }
}
