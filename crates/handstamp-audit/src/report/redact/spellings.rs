//! The ways in which one secret is written: as it is, in a URL, in a page, in JSON, inside of base64.

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::audit::form_encoded;

/// RFC 3986 unreserved characters stay.
const COMPONENT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What JavaScript's `encodeURIComponent` leaves besides.
const SCRIPT_COMPONENT: AsciiSet =
    COMPONENT.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');
/// Fewer characters than this inside of base64 are in any text by chance.
const LEAST_BASE64: usize = 8;

/// Every spelling of a secret that is looked for, each once.
pub(super) fn of(secret: &str) -> Vec<Vec<u8>> {
    let decoded = percent_decode_str(secret).decode_utf8().map_or_else(|_| secret.to_owned(), Into::into);
    let mut all = Vec::new();
    for plain in [secret, &decoded] {
        let encoded = utf8_percent_encode(plain, &COMPONENT).to_string();
        all.push(lower_escapes(&encoded));
        all.push(encoded);
        all.push(utf8_percent_encode(plain, &SCRIPT_COMPONENT).to_string());
        all.push(form_encoded(plain));
        all.push(page(plain, "&#39;"));
        all.push(page(plain, "&#x27;"));
        // Some frameworks escape everything that is no letter and no digit.
        all.push(escaped(plain, |code| format!("&#{code};")));
        all.push(escaped(plain, |code| format!("&#x{code:X};")));
        all.push(escaped(plain, |code| format!("&#x{code:x};")));
        all.push(escaped(plain, |code| format!("\\u{code:04X}")));
        all.push(escaped(plain, |code| format!("\\u{code:04x}")));
        let json = serde_json::to_string(plain).unwrap_or_default();
        let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned();
        all.push(json.replace('/', "\\/"));
        all.push(json);
        all.extend(base64(plain.as_bytes()));
        all.push(plain.to_owned());
    }
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(String::into_bytes).collect()
}

fn lower_escapes(encoded: &str) -> String {
    let mut left = 0;
    encoded
        .chars()
        .map(|one| {
            left = if one == '%' { 4_u8 } else { left }.saturating_sub(1);
            if left > 0 || one == '%' { one.to_ascii_lowercase() } else { one }
        })
        .collect()
}

/// Every character but letters, digits and what no framework escapes, in the given way.
fn escaped(text: &str, way: impl Fn(u32) -> String) -> String {
    let keep = |one: char| one.is_alphanumeric() || matches!(one, '-' | '.' | '_' | '~' | ':');
    text.chars().map(|one| if keep(one) { one.to_string() } else { way(u32::from(one)) }).collect()
}

fn page(text: &str, apostrophe: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', apostrophe)
}

/// The characters of base64 that depend on nothing but the secret, for each place at which it can begin.
fn base64(secret: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret);
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for encoded in [BASE64_STANDARD_NO_PAD.encode(&bytes), BASE64_URL_SAFE_NO_PAD.encode(&bytes)] {
            let core = encoded.get(first..last).unwrap_or_default();
            if core.len() >= LEAST_BASE64 {
                all.push(core.to_owned());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_small_and_nothing_else_does() {
        assert_eq!(lower_escapes("AB%3ACD%2F%3D"), "AB%3aCD%2f%3d");
    }

    #[test]
    fn the_core_of_base64_is_there_whatever_stands_around() {
        use base64::prelude::BASE64_STANDARD;
        for (before, after) in [("", ""), ("x", "yz"), ("xy", "z"), ("xyz", "")] {
            let text = BASE64_STANDARD.encode(format!("{before}a secret of mine{after}"));
            assert!(base64(b"a secret of mine").iter().any(|core| text.contains(core)), "{before}");
        }
    }
}
