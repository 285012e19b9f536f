//! HTTP archives as browsers export them. Every exporter leaves something out, so nothing but a list of entries is
//! insisted on.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use url::Url;

/// One exchange of an archive.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) method: String,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Sent,
    pub(super) status: u64,
    pub(super) answer_headers: Vec<(String, String)>,
    pub(super) text: String,
}

/// What a request sent.
#[derive(Debug)]
pub(super) enum Sent {
    Nothing,
    Form(Vec<(String, String)>),
    Json(Value),
}

/// The entries of an archive in their order; `None` where it is none. Entries without an address are left out.
pub(super) fn read(text: &str) -> Option<Vec<Entry>> {
    // Some exporters begin with a byte order mark.
    let archive: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let entries = archive.pointer("/log/entries")?.as_array()?;
    Some(entries.iter().filter_map(entry).collect())
}

fn entry(entry: &Value) -> Option<Entry> {
    let url = Url::parse(entry.pointer("/request/url")?.as_str()?).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(Entry {
        method: string(entry, "/request/method").to_ascii_uppercase(),
        url,
        headers: pairs(entry, "/request/headers"),
        body: sent(entry),
        status: entry.pointer("/response/status").and_then(Value::as_u64).unwrap_or_default(),
        answer_headers: pairs(entry, "/response/headers"),
        text: answer(entry),
    })
}

fn string(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn pairs(value: &Value, pointer: &str) -> Vec<(String, String)> {
    let Some(items) = value.pointer(pointer).and_then(Value::as_array) else { return Vec::new() };
    items.iter().map(|item| (string(item, "/name"), string(item, "/value"))).collect()
}

fn sent(entry: &Value) -> Sent {
    let text = string(entry, "/request/postData/text");
    let kind = string(entry, "/request/postData/mimeType").to_ascii_lowercase();
    if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(&text) {
        return Sent::Json(value);
    }
    // Parameters are decoded by some exporters and not by others; the text is as it was sent.
    if kind.contains("urlencoded") && !text.is_empty() {
        let fields = url::form_urlencoded::parse(text.as_bytes());
        return Sent::Form(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect());
    }
    let fields = pairs(entry, "/request/postData/params");
    if fields.is_empty() { Sent::Nothing } else { Sent::Form(fields) }
}

fn answer(entry: &Value) -> String {
    let text = string(entry, "/response/content/text");
    if string(entry, "/response/content/encoding") != "base64" {
        return text;
    }
    let bytes = STANDARD.decode(text).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Entry {
    pub(super) fn answered(&self, name: &str) -> impl Iterator<Item = &str> {
        self.answer_headers
            .iter()
            .filter(move |(there, _)| there.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exporters_leave_out_is_empty_and_what_is_no_archive_is_told() {
        assert!(read("[]").is_none() && read("{}").is_none() && read("").is_none());
        let text = r#"{"log":{"entries":[{}, {"request":{"url":"data:x"}}, {"request":{"url":"http://a/","method":"post",
            "postData":{"mimeType":null,"params":[{"name":"a"}]}},"response":{"status":"x","headers":null,
            "content":{"text":"aGk=","encoding":"base64"}}}]}}"#;
        let entries = read(text).unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(
            (entries[0].method.as_str(), entries[0].status, entries[0].text.as_str()),
            ("POST", 0, "hi")
        );
        assert!(matches!(&entries[0].body, Sent::Form(fields) if fields.len() == 1));
    }
}
