//! Just enough reading of HTML for the tests. Our own output is well-formed: attributes stand in
//! double quotes, and `<` in text is escaped.

/// An opening tag and the text up to the next one.
#[derive(Debug)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Its attributes, as written.
    pub attributes: Vec<(String, String)>,
    /// The text that follows.
    pub text: String,
}

impl Tag {
    /// The value of an attribute; empty for one without value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The level, if it is a heading.
    pub fn heading(&self) -> Option<u32> {
        let level: u32 = self.name.strip_prefix('h')?.parse().ok()?;
        (1..=6).contains(&level).then_some(level)
    }
}

/// All opening tags in order.
pub fn tags(page: &str) -> Vec<Tag> {
    let openings = page.split('<').skip(1).filter(|part| !part.starts_with(['/', '!']));
    openings.map(tag).collect()
}

fn tag(part: &str) -> Tag {
    let mut quoted = false;
    let end = part.find(|sign| {
        quoted ^= sign == '"';
        sign == '>' && !quoted
    });
    let (inside, text) = part.split_at(end.expect("a closed tag"));
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let stop = rest.find([' ', '=']).unwrap_or(rest.len());
        let key = rest[..stop].to_owned();
        rest = &rest[stop..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix("=\"") {
            (value, rest) = after.split_once('"').expect("a closed quote");
        }
        attributes.push((key, value.to_owned()));
        rest = rest.trim_start();
    }
    Tag { name: name.to_owned(), attributes, text: text[1..].trim().to_owned() }
}

#[test]
fn reads_what_we_write() {
    let read = tags(r#"<!DOCTYPE html><a href="/x?a=b>c" hidden>Go</a><br>"#);
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].get("href"), Some("/x?a=b>c"));
    assert_eq!(read[0].get("hidden"), Some(""));
    assert_eq!(read[0].text, "Go");
}
