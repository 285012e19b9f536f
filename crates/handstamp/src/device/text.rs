//! Makes words from outside safe to store, to log and to show.

use std::borrow::Cow;

/// The longest name that is kept, in characters.
const MOST_CHARACTERS: usize = 64;

/// The name without anything that could forge a log line, steer a terminal or turn the reading
/// direction (ASVS V16.4.1), shortened; `None` if nothing remains.
pub(super) fn clean(name: &str) -> Option<String> {
    let kept = plain(name);
    let end = kept.char_indices().nth(MOST_CHARACTERS).map_or(kept.len(), |(end, _)| end);
    let kept = kept[..end].trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// The text without what is not [plain](is_plain): as it is, where nothing has to go.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let is_visible_ascii = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().all(is_visible_ascii) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| is_plain(*c)).collect())
}

/// Control characters hold ESC and the 8-bit CSI, so no terminal sequence survives. The others are
/// invisible: bidirectional marks and embeddings, zero-width characters, line separators, tags.
pub(super) fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The longest beginning of at most so many bytes that ends between two characters.
pub(super) fn beginning(text: &str, most_bytes: usize) -> &str {
    let end = (0..=most_bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_or_a_reader_remains() {
        let cases = [
            ("Firefox", Some("Firefox")),
            ("Büro-Rechner 東京", Some("Büro-Rechner 東京")),
            ("  Firefox\r\nset-cookie: a=b", Some("Firefoxset-cookie: a=b")),
            ("\u{1b}[31mred\u{9b}0m\u{7}", Some("[31mred0m")),
            ("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e", Some("abcde")),
            ("a\u{200b}b\u{feff}c\u{2028}d\u{e0041}e", Some("abcde")),
            ("\0\u{7f}\u{85}", None),
            (" ", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(clean(name).as_deref(), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(clean(&"é".repeat(100)), Some("é".repeat(64)));
        assert_eq!(beginning(&"é".repeat(100), 5), "éé");
        assert_eq!(beginning("short", 512), "short");
        assert_eq!(beginning("é", 1), "");
    }
}
