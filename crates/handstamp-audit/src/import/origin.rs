//! Where a value of a request came from: an earlier answer.

use scraper::Selector;
use serde_json::Value;

use super::har::Entry;
use crate::{cookie::SetCookie, draft::Place};

/// The latest of these answers that gave this value, and where in it.
pub(super) fn origin(earlier: &[Entry], value: &str) -> Option<(usize, Place)> {
    earlier.iter().enumerate().rev().find_map(|(at, entry)| Some((at, place(entry, value)?)))
}

fn place(entry: &Entry, value: &str) -> Option<Place> {
    in_json(entry, value)
        .or_else(|| in_page(entry, value))
        .or_else(|| in_cookie(entry, value))
        .or_else(|| in_header(entry, value))
}

fn in_page(entry: &Entry, value: &str) -> Option<Place> {
    for (element, attribute) in [("input", "value"), ("meta", "content")] {
        let selector = Selector::parse(element).ok()?;
        let page = crate::html::document(&entry.text);
        let found = page.select(&selector).find(|one| one.value().attr(attribute) == Some(value));
        if let Some(name) = found.and_then(|one| one.value().attr("name").map(str::to_owned)) {
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            let selector = format!("{element}[name=\"{name}\"]");
            return Some(Place::Css { selector, attribute: attribute.to_owned() });
        }
    }
    None
}

fn in_json(entry: &Entry, value: &str) -> Option<Place> {
    let document: Value = serde_json::from_str(&entry.text).ok()?;
    pointer(&document, value).map(Place::Json)
}

/// The pointer (RFC 6901) to this text.
fn pointer(document: &Value, value: &str) -> Option<String> {
    match document {
        Value::String(text) if text == value => Some(String::new()),
        Value::Number(number) if number.to_string() == value => Some(String::new()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, item)| Some(format!("/{at}{}", pointer(item, value)?)))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, item)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            Some(format!("/{name}{}", pointer(item, value)?))
        }),
        _ => None,
    }
}

fn in_cookie(entry: &Entry, value: &str) -> Option<Place> {
    // Exporters join several headers of one name by line ends.
    let lines = entry.answered("set-cookie").flat_map(str::lines);
    let cookie = lines.filter_map(SetCookie::parse).find(|cookie| cookie.value == value)?;
    Some(Place::Cookie(cookie.name))
}

fn in_header(entry: &Entry, value: &str) -> Option<Place> {
    let (name, _) = entry
        .answer_headers
        .iter()
        .find(|(name, there)| there == value && !name.eq_ignore_ascii_case("set-cookie"))?;
    Some(Place::Header(name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_to_the_value() {
        let document = serde_json::json!({"a/b": [1, {"t~": "x"}]});
        let found = pointer(&document, "x").unwrap();
        assert_eq!(found, "/a~1b/1/t~0");
        assert_eq!(document.pointer(&found).and_then(Value::as_str), Some("x"));
        assert_eq!(pointer(&document, "y"), None);
    }
}
