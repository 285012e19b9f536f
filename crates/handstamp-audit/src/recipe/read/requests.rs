//! Reading requests: of steps, effects, public entries and hooks.

use std::ops::Range;

use regex::Regex;
use scraper::Selector;
use toml::de::DeValue;

use super::table::{Table, Value, template, whole};
use crate::recipe::{Body, Expectation, Extractor, Find, StepRequest, Template};

const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

/// Reads a request; `follows` is whether redirects are followed where it does not say.
pub(super) fn read(table: &Table<'_>, follows: bool) -> Option<StepRequest> {
    let (method, target) = method(table)?;
    let headers = pairs(table, "headers");
    let body = body(table);
    let expect = table.table("expect").map(|expect| expectation(&expect)).unwrap_or_default();
    let extract = table.table("extract").map(|extract| extractors(&extract)).unwrap_or_default();
    let follows_redirects = table.boolean("follow").unwrap_or(follows);
    table.refuse_unknown();
    Some(StepRequest {
        method,
        target,
        headers,
        body,
        expect,
        extract,
        follows_redirects,
        line: table.line(),
    })
}

fn method(table: &Table<'_>) -> Option<(String, Template)> {
    let mut found = Vec::new();
    for method in METHODS {
        if let Some((path, span)) = table.string(method) {
            found.push((method, path, span));
        }
    }
    let help = format!("expected one of {}, with a path: get = \"/account\"", METHODS.join(", "));
    let (method, path, span) = match &found[..] {
        [one] => one.clone(),
        [] => {
            table.notes.problem(table.span.clone(), format!("{} has no method", table.name), Some(help));
            table.refuse_unknown();
            return None;
        }
        [_, second, ..] => {
            table.notes.problem(second.2.clone(), format!("{} has two methods", table.name), Some(help));
            return None;
        }
    };
    if !(path.starts_with('/')
        || path.starts_with("http://")
        || path.starts_with("https://")
        || path.starts_with("{{"))
    {
        let help =
            "expected a path below target.base, beginning with /, or a whole URL within the scope".to_owned();
        table.notes.problem(span.clone(), format!("{path:?} is no path"), Some(help));
    }
    Some((method.to_ascii_uppercase(), template(path, span, table.notes)?))
}

/// A table of texts, in the order of the file.
fn pairs(table: &Table<'_>, key: &'static str) -> Vec<(String, Template)> {
    let Some(pairs) = table.table(key) else { return Vec::new() };
    pairs
        .entries()
        .filter_map(|(name, _, value)| {
            let text = text_of(value);
            if text.is_none() {
                pairs.wrong(name, value, "expected text in quotes");
            }
            Some((name.to_owned(), template(&text?, value.span(), table.notes)?))
        })
        .collect()
}

/// A form field's value: numbers and booleans are sent as they are written.
fn text_of(value: &Value<'_>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Boolean(value) => Some(value.to_string()),
        number @ DeValue::Integer(_) => whole(number).map(|number| number.to_string()),
        _ => None,
    }
}

fn body(table: &Table<'_>) -> Body {
    let (form, json, text) = (table.value("form"), table.value("json"), table.value("text"));
    let content_type = table.string("content_type");
    if let Some(second) = [form, json, text].into_iter().flatten().nth(1) {
        let help = "expected one of form, json and text".to_owned();
        table.notes.problem(second.span(), format!("{} has two bodies", table.name), Some(help));
        return Body::None;
    }
    if form.is_some() {
        return Body::Form(pairs(table, "form"));
    }
    if let Some(value) = json {
        return Body::Json(json_of(table, value));
    }
    match (text, content_type) {
        (Some(_), kind) => table.template("text").map_or(Body::None, |text| Body::Text {
            content_type: kind.map_or("text/plain", |(kind, _)| kind).to_owned(),
            text,
        }),
        (None, Some((_, span))) => {
            let help = "form and json have their own; content_type goes with text".to_owned();
            table.notes.problem(span, "content_type has no text".to_owned(), Some(help));
            Body::None
        }
        (None, None) => Body::None,
    }
}

fn json_of(table: &Table<'_>, value: &Value<'_>) -> serde_json::Value {
    use serde_json::Value as Json;
    match value.get_ref() {
        DeValue::String(text) => {
            template(text, value.span(), table.notes);
            Json::String(text.clone().into_owned())
        }
        DeValue::Boolean(boolean) => Json::Bool(*boolean),
        number @ (DeValue::Integer(_) | DeValue::Float(_)) => {
            let text = number
                .as_integer()
                .map(ToString::to_string)
                .or_else(|| number.as_float().map(ToString::to_string));
            let read = text.and_then(|text| serde_json::from_str(&text).ok());
            read.unwrap_or_else(|| {
                table.wrong("json", value, "expected a number that JSON has too");
                Json::Null
            })
        }
        DeValue::Array(items) => Json::Array(items.iter().map(|item| json_of(table, item)).collect()),
        DeValue::Table(fields) => Json::Object(
            fields.iter().map(|(name, value)| (name.get_ref().to_string(), json_of(table, value))).collect(),
        ),
        DeValue::Datetime(_) => {
            table.wrong("json", value, "expected what JSON has: text, number, true, false, list or table");
            Json::Null
        }
    }
}

fn expectation(table: &Table<'_>) -> Expectation {
    let expect = Expectation {
        status: table.value("status").map(|value| statuses(table, value)).unwrap_or_default(),
        contains: table.template("contains"),
        lacks: table.template("lacks"),
        path: table.template("path"),
    };
    table.refuse_unknown();
    expect
}

fn statuses(table: &Table<'_>, value: &Value<'_>) -> Vec<u16> {
    let items: Vec<&Value<'_>> = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    let mut all = Vec::new();
    for item in items {
        let status = whole(item.get_ref()).and_then(|number| u16::try_from(number).ok());
        match status.filter(|status| (100..600).contains(status)) {
            Some(status) => all.push(status),
            None => table.wrong("status", item, "expected a status from 100 to 599, or a list of them"),
        }
    }
    all
}

fn extractors(table: &Table<'_>) -> Vec<(String, Extractor)> {
    let mut all = Vec::new();
    for (name, key, value) in table.entries() {
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if !is_name {
            let help = "names have letters, digits, _ and -".to_owned();
            table.notes.problem(key, format!("{name:?} is no name for a variable"), Some(help));
            continue;
        }
        let Some(place) = Table::of(table.path(name), value, table.notes) else { continue };
        if let Some(extractor) = extractor(&place) {
            all.push((name.to_owned(), extractor));
        }
    }
    all
}

fn extractor(table: &Table<'_>) -> Option<Extractor> {
    let mut found: Vec<(Option<Find>, Range<usize>)> = Vec::new();
    let attribute = table.string("attr");
    if let Some((text, span)) = table.string("css") {
        found.push((css(table, text, span.clone(), attribute.as_ref().map(|(name, _)| *name)), span));
    } else if let Some((_, span)) = &attribute {
        table.notes.problem(span.clone(), "attr goes with css".to_owned(), None);
    }
    if let Some((name, span)) = table.string("header") {
        found.push((Some(Find::Header { name: name.to_ascii_lowercase() }), span));
    }
    if let Some((name, span)) = table.string("cookie") {
        found.push((Some(Find::Cookie { name: name.to_owned() }), span));
    }
    if let Some((pointer, span)) = table.string("json") {
        found.push((pointer_of(table, pointer, span.clone()), span));
    }
    if let Some((text, span)) = table.string("regex") {
        found.push((pattern(table, text, span.clone()).map(|pattern| Find::Pattern { pattern }), span));
    }
    if let Some((text, span)) = table.string("mail") {
        found.push((pattern(table, text, span.clone()).map(|pattern| Find::Mail { pattern }), span));
    }
    let all = table.boolean("all").unwrap_or(false);
    let is_optional = table.boolean("optional").unwrap_or(false);
    table.refuse_unknown();
    let help = "expected one of: css with attr, header, cookie, json, regex, mail".to_owned();
    if found.len() != 1 {
        let what = if found.is_empty() { "no place" } else { "two places" };
        table.notes.problem(table.span.clone(), format!("{} names {what}", table.name), Some(help));
        return None;
    }
    let (find, _) = found.pop()?;
    Some(Extractor { find: find?, all, is_optional })
}

fn css(table: &Table<'_>, text: &str, span: Range<usize>, attribute: Option<&str>) -> Option<Find> {
    match Selector::parse(text) {
        Ok(selector) => Some(Find::Css { selector, attribute: attribute.map(str::to_owned) }),
        Err(error) => {
            table.notes.problem(span, format!("{text:?} is no CSS selector: {error}"), None);
            None
        }
    }
}

fn pointer_of(table: &Table<'_>, pointer: &str, span: Range<usize>) -> Option<Find> {
    if pointer.is_empty() || pointer.starts_with('/') {
        return Some(Find::Json { pointer: pointer.to_owned() });
    }
    let help = format!("a pointer begins with a slash: \"/{}\"", pointer.replace('.', "/"));
    table.notes.problem(span, format!("{pointer:?} is no JSON pointer"), Some(help));
    None
}

fn pattern(table: &Table<'_>, text: &str, span: Range<usize>) -> Option<Regex> {
    match Regex::new(text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let error = error.to_string();
            let last = error.lines().last().unwrap_or_default().trim().to_owned();
            table.notes.problem(span, format!("{text:?} is no regular expression"), Some(last));
            None
        }
    }
}
