//! Finding the tokens of a run in text, in every spelling that text may have.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{Engine, engine::general_purpose};

use crate::{
    audit::{Audit, form_encoded},
    cookie::SetCookie,
    credentials::Carrier,
};

/// Shorter values are found everywhere by chance.
const SHORTEST: usize = 12;

/// The tokens that a run met, ready to be found.
pub(super) struct Tokens {
    automaton: Option<AhoCorasick>,
    /// How many tokens there are.
    pub(super) count: usize,
}

impl Tokens {
    /// The values of every carrier that signs in, as answers set them and requests sent them; those of cookies that
    /// scripts may read are left out where `hidden_only`.
    pub(super) fn of(audit: &Audit, hidden_only: bool) -> Self {
        let Some(oracle) = audit.oracle() else { return Self { automaton: None, count: 0 } };
        let mut values = BTreeSet::new();
        for exchange in audit.client().journal().all() {
            for header in exchange.response.header_all("set-cookie") {
                let Some(cookie) = SetCookie::parse(&header) else { continue };
                let is_hidden = cookie.has("httponly") || !hidden_only;
                if is_hidden && oracle.authenticates(&Carrier::Cookie(cookie.name)) {
                    values.insert(cookie.value);
                }
            }
            for (name, value) in &exchange.request.headers {
                let is_carrier = oracle.authenticates(&Carrier::Header(name.to_ascii_lowercase()));
                if let (true, false, Ok(value)) = (is_carrier, hidden_only, std::str::from_utf8(value)) {
                    // `Bearer x` is looked for as `x`.
                    values.extend(value.rsplit(' ').next().map(str::to_owned));
                }
            }
        }
        values.retain(|value| value.len() >= SHORTEST);
        let count = values.len();
        let spelled: BTreeSet<String> = values.iter().flat_map(|value| spellings(value)).collect();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(spelled).ok();
        Self { automaton: automaton.filter(|_| count > 0), count }
    }

    /// Whether one of them is in the text.
    pub(super) fn are_in(&self, text: &[u8]) -> bool {
        self.automaton.as_ref().is_some_and(|automaton| automaton.is_match(text))
    }
}

/// A value as it is, percent-encoded, decoded, escaped for HTML and JSON, and in base64 at each of its three offsets.
fn spellings(value: &str) -> Vec<String> {
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
    let mut all = vec![value.to_owned(), form_encoded(value), form_encoded(&decoded)];
    all.push(value.replace('&', "&amp;").replace('+', "&#43;"));
    all.push(value.replace('/', "\\/"));
    for offset in 0..3 {
        let mut padded = vec![b'x'; offset];
        padded.extend_from_slice(value.as_bytes());
        let encoded = general_purpose::STANDARD_NO_PAD.encode(&padded);
        // The first and the last characters depend on what stands beside the value.
        let (begin, end) = (if offset == 0 { 0 } else { offset + 1 }, encoded.len().saturating_sub(1));
        if let Some(middle) = encoded.get(begin..end) {
            all.push(middle.to_owned());
        }
    }
    all.push(decoded);
    all.retain(|spelled| spelled.len() >= SHORTEST);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str, text: &str) -> bool {
        AhoCorasick::new(spellings(value)).unwrap().is_match(text)
    }

    #[test]
    fn a_value_is_found_however_it_is_spelled() {
        let value = "s%3Aabcdefghij/klmnop.qr";
        assert!(found(value, "sid=s%3Aabcdefghij/klmnop.qr;"));
        assert!(found(value, "sid=s%253Aabcdefghij%2Fklmnop.qr"), "percent-encoded again");
        assert!(found(value, r#"{"sid":"s:abcdefghij/klmnop.qr"}"#), "decoded");
        for before in ["", "a", "ab", "abc"] {
            let encoded = general_purpose::STANDARD.encode(format!("{before}{value} after"));
            assert!(found(value, &encoded), "in base64 after {before:?}");
        }
        assert!(!found(value, "s%3Aabcdefghij"));
    }
}
