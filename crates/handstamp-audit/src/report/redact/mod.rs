//! Keeps secrets out of reports.
//!
//! A report is mailed, uploaded and kept by build servers, so a token that still works must not stand in it, in no
//! spelling (ASVS 5.0 16.2.5, CWE-532). Every secret that a run met is collected first; then each text that goes
//! into a report passes through here, and headers that carry credentials are masked whatever they hold. What is left
//! of a secret is enough to see that two are the same: its first characters, its length, and a hash whose key is
//! thrown away with the run.

mod collect;
mod spellings;

use std::collections::HashMap;

use collect::Collected;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::run::Run;

/// Secrets shorter than this are masked where they are known to stand, such as in a cookie, and not in running text:
/// they would be found in half of all words.
const LEAST_IN_TEXT: usize = 6;
/// The same for passwords and codes, which have no place in any text.
const LEAST_PASSWORD_IN_TEXT: usize = 4;
/// How much of a spelling finds it: the shortest that is looked for.
const START: usize = LEAST_PASSWORD_IN_TEXT;
/// The most characters of a secret that stay readable; of short ones fewer, of passwords none.
const MOST_SHOWN: usize = 4;

/// What kind of secret it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Given by the application.
    Token,
    /// Chosen by a person, or a key that stays.
    Password,
}

/// Masks the secrets of one run.
pub(super) struct Redactor {
    key: [u8; 32],
    /// Spellings by how they start, the longest first. An automaton over the 20,000 tokens of a deep run would take
    /// hundreds of megabytes; this takes as much as the spellings do.
    spellings: HashMap<[u8; START], Vec<Spelling>>,
    longest: usize,
    credential_headers: Vec<String>,
}

struct Spelling {
    bytes: Vec<u8>,
    mask: std::sync::Arc<str>,
}

impl Redactor {
    /// One that knows every secret of a run.
    pub(super) fn of(run: &Run) -> Self {
        let mut key = [0; 32];
        // Without it hashes could be guessed at; the run's own numbers are the best there is then.
        if getrandom::fill(&mut key).is_err() {
            key[..8].copy_from_slice(&run.options.seed.to_le_bytes());
            key[8..16].copy_from_slice(&u64::from(run.took.subsec_nanos()).to_le_bytes());
        }
        Self::new(key, Collected::from_run(run))
    }

    fn new(key: [u8; 32], collected: Collected) -> Self {
        let mut redactor = Self {
            key,
            spellings: HashMap::new(),
            longest: 0,
            credential_headers: collected.credential_headers,
        };
        for (secret, kind) in collected.secrets {
            redactor.learn(&secret, kind);
        }
        for spellings in redactor.spellings.values_mut() {
            spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.bytes.len()));
        }
        redactor
    }

    fn learn(&mut self, secret: &str, kind: Kind) {
        let least = if kind == Kind::Password { LEAST_PASSWORD_IN_TEXT } else { LEAST_IN_TEXT };
        if secret.len() < least {
            return;
        }
        let mask: std::sync::Arc<str> = self.mask_of(secret, kind).into();
        for bytes in spellings::of(secret) {
            let Some(start) = bytes.first_chunk::<START>().copied() else { continue };
            self.longest = self.longest.max(bytes.len());
            let spellings = self.spellings.entry(start).or_default();
            if spellings.iter().all(|there| there.bytes != bytes) {
                spellings.push(Spelling { bytes, mask: mask.clone() });
            }
        }
    }

    /// The text with every secret masked.
    pub(super) fn text(&self, text: &str) -> String {
        let bytes = text.as_bytes();
        let mut masked = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            let found = rest
                .first_chunk::<START>()
                .and_then(|start| self.spellings.get(start))
                .and_then(|spellings| spellings.iter().find(|spelling| rest.starts_with(&spelling.bytes)));
            if let Some(spelling) = found {
                masked.extend_from_slice(spelling.mask.as_bytes());
                rest = &rest[spelling.bytes.len()..];
            } else {
                masked.push(*byte);
                rest = after;
            }
        }
        // Spellings begin and end at characters, so what is between them is text.
        String::from_utf8_lossy(&masked).into_owned()
    }

    /// The first `most` bytes of a body as text with every secret masked, and whether there was more.
    pub(super) fn body(&self, body: &[u8], most: usize) -> (String, bool) {
        let looked_at = &body[..body.len().min(MOST_BODY)];
        let mut text = self.text(&String::from_utf8_lossy(looked_at));
        let is_long = looked_at.len() < body.len();
        if is_long {
            // A secret may stand across the end.
            cut(&mut text, looked_at.len().saturating_sub(self.longest));
        }
        let is_cut = is_long || text.len() > most;
        cut(&mut text, most);
        (text, is_cut)
    }

    /// A header's value: of one that carries credentials nothing stays but names and schemes.
    pub(super) fn header(&self, name: &str, value: &str) -> String {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "cookie" => value.split(';').map(|pair| self.pair(pair)).collect::<Vec<_>>().join(";"),
            "set-cookie" => {
                let (pair, attributes) = value.split_at(value.find(';').unwrap_or(value.len()));
                self.pair(pair) + &self.text(attributes)
            }
            _ if self.is_credential_header(&name) => match value.split_once(' ') {
                Some((scheme, rest)) => format!("{scheme} {}", self.mask(rest)),
                None => self.mask(value),
            },
            _ => self.text(value),
        }
    }

    fn is_credential_header(&self, name: &str) -> bool {
        collect::is_credential_header(name) || self.credential_headers.iter().any(|there| there == name)
    }

    /// `name=value` of a cookie; what stands for "deleted" stays readable.
    fn pair(&self, pair: &str) -> String {
        match pair.split_once('=') {
            Some((name, value)) if collect::is_deletion(value) => format!("{name}={value}"),
            Some((name, value)) => format!("{}={}", self.text(name), self.mask(value)),
            None => self.text(pair),
        }
    }

    /// What stands in the place of a secret.
    pub(super) fn mask(&self, secret: &str) -> String {
        self.mask_of(secret, Kind::Token)
    }

    fn mask_of(&self, secret: &str, kind: Kind) -> String {
        let secret = secret.trim();
        let length = secret.chars().count();
        let shown = if kind == Kind::Password { 0 } else { MOST_SHOWN.min(length / 8) };
        let start: String = secret.chars().take(shown).collect();
        format!("{start}...({length}, #{})", self.hash(secret))
    }

    fn hash(&self, secret: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return String::new() };
        mac.update(secret.as_bytes());
        super::hex(&mac.finalize().into_bytes()[..2])
    }
}

/// The most of a body that is looked at; what a report shows is far less.
const MOST_BODY: usize = 256 * 1024;

/// Cuts a text to at most so many bytes, between characters.
fn cut(text: &mut String, most: usize) {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "s:7vT+9aQ/LmZ2pXcR4w8K.bN3kD6fH1jY5uE0tG";

    fn redactor(secrets: &[(&str, Kind)]) -> Redactor {
        let secrets = secrets.iter().map(|(secret, kind)| ((*secret).to_owned(), *kind)).collect();
        Redactor::new([7; 32], Collected { secrets, credential_headers: vec!["x-mine".to_owned()] })
    }

    #[test]
    fn a_token_is_masked_in_every_spelling_by_the_same_mask() {
        let redactor = redactor(&[(TOKEN, Kind::Token)]);
        let mask = redactor.mask(TOKEN);
        assert!(mask.starts_with("s:7v...(40, #"), "{mask}");
        for spelling in [
            TOKEN.to_owned(),
            "s%3A7vT%2B9aQ%2FLmZ2pXcR4w8K.bN3kD6fH1jY5uE0tG".to_owned(),
            "s%3a7vT%2b9aQ%2fLmZ2pXcR4w8K.bN3kD6fH1jY5uE0tG".to_owned(),
            "s:7vT+9aQ\\/LmZ2pXcR4w8K.bN3kD6fH1jY5uE0tG".to_owned(),
            "s:7vT\\u002B9aQ\\u002FLmZ2pXcR4w8K.bN3kD6fH1jY5uE0tG".to_owned(),
            "s:7vT&#x2B;9aQ&#x2F;LmZ2pXcR4w8K.bN3kD6fH1jY5uE0tG".to_owned(),
        ] {
            assert_eq!(redactor.text(&format!("<{spelling}>")), format!("<{mask}>"));
        }
    }

    #[test]
    fn a_token_inside_of_base64_is_masked_wherever_it_begins() {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        let redactor = redactor(&[(TOKEN, Kind::Token)]);
        for before in ["", "a", "ab", "abc"] {
            let text = BASE64_STANDARD.encode(format!("{before}{TOKEN}:more"));
            let masked = redactor.text(&text);
            assert!(masked.contains(&redactor.mask(TOKEN)), "{before}: {masked}");
            assert!(masked.len() < text.len(), "{masked}");
        }
    }

    #[test]
    fn of_a_password_nothing_is_shown() {
        let redactor = redactor(&[("open sesame & co", Kind::Password)]);
        for text in
            ["open sesame & co", "open+sesame+%26+co", "open%20sesame%20%26%20co", "open sesame &amp; co"]
        {
            let masked = redactor.text(text);
            assert!(masked.starts_with("...(16, #"), "{masked}");
        }
    }

    #[test]
    fn short_values_are_masked_where_they_stand_and_not_in_words() {
        let redactor = redactor(&[("en", Kind::Token), ("on", Kind::Password)]);
        assert_eq!(redactor.text("then on and on"), "then on and on");
        let masked = redactor.header("Cookie", "lang=en; on=1");
        assert!(masked.starts_with("lang=...(2, #") && masked.contains("; on=...(1, #"), "{masked}");
    }

    #[test]
    fn headers_that_carry_credentials_keep_names_and_schemes() {
        let redactor = redactor(&[]);
        let secret = "0123456789abcdef0123456789abcdef";
        for (name, value, start) in [
            ("Authorization", format!("Bearer {secret}"), "Bearer 0123...(32, #"),
            ("X-CSRF-Token", secret.to_owned(), "0123...(32, #"),
            ("X-Mine", secret.to_owned(), "0123...(32, #"),
            ("Set-Cookie", format!("sid={secret}; Path=/; HttpOnly"), "sid=0123...(32, #"),
        ] {
            let masked = redactor.header(name, &value);
            assert!(masked.starts_with(start) && !masked.contains(secret), "{masked}");
        }
        assert!(redactor.header("set-cookie", "sid=x; Path=/; HttpOnly").ends_with("; Path=/; HttpOnly"));
        assert_eq!(redactor.header("set-cookie", "sid=; Max-Age=0"), "sid=; Max-Age=0");
        assert_eq!(redactor.header("Content-Type", "text/html"), "text/html");
    }

    #[test]
    fn a_body_is_cut_after_it_is_masked() {
        let redactor = redactor(&[(TOKEN, Kind::Token)]);
        let (text, is_cut) = redactor.body(format!("{}{TOKEN}", "a".repeat(90)).as_bytes(), 100);
        assert!(is_cut && text.starts_with("aaa") && text.len() == 100, "{text}");
        assert!(text.ends_with("s:7v...(40"), "{text}");
        let mut long = vec![b'x'; MOST_BODY - 10];
        long.extend_from_slice(TOKEN.as_bytes());
        let (text, is_cut) = redactor.body(&long, usize::MAX);
        assert!(is_cut && !text.contains("s:7v"), "half a token stayed");
    }
}
