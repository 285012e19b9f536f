//! The signed cookies of frameworks: what is signed, by which key derivation, and where the signature stands.

use std::fmt;

use percent_encoding::percent_decode_str;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::{Hash, base64, base64url, decoded, hex};

/// Whose envelope it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Express, Connect: `s:VALUE.SIGNATURE` (cookie-signature).
    CookieSignature,
    /// Koa, cookie-session: the signature is a cookie of its own, `NAME.sig`.
    Keygrip,
    /// Flask and others: `PAYLOAD.TIME.SIGNATURE`.
    Itsdangerous,
    /// Flask-Login's remember-me cookie: `USER|SIGNATURE`.
    FlaskLogin,
    /// Django's signed values: `VALUE:TIME:SIGNATURE`.
    Django,
    /// Rails' signed messages: `VALUE--SIGNATURE`.
    Rails,
}

impl Format {
    /// Whether the account itself stands in it, so that who knows the secret is everybody. Where it is the id of a
    /// record, the id has to be known besides.
    pub(crate) const fn carries_the_account(self) -> bool {
        !matches!(self, Self::CookieSignature)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CookieSignature => "cookie-signature (Express)",
            Self::Keygrip => "keygrip (Koa, cookie-session)",
            Self::Itsdangerous => "itsdangerous (Flask)",
            Self::FlaskLogin => "Flask-Login's remember-me",
            Self::Django => "Django's signer",
            Self::Rails => "Rails' message verifier",
        })
    }
}

/// A signed value of a framework.
#[derive(Clone)]
pub(crate) struct Envelope {
    pub(crate) format: Format,
    /// What is in it, as it is signed.
    pub(crate) content: String,
    name: String,
    signature: String,
}

impl Envelope {
    /// Reads a cookie's value; nothing is checked but its form.
    pub(crate) fn read(name: &str, value: &str, companion: Option<&str>) -> Option<Self> {
        let plain = percent_decode_str(value).decode_utf8().ok()?.into_owned();
        let new = |format, content: &str, signature: &str| {
            let (content, signature) = (content.to_owned(), signature.to_owned());
            Some(Self { format, content, name: name.to_owned(), signature })
        };
        let plain = plain.trim_matches('"');
        if let Some((content, signature)) = plain.strip_prefix("s:").and_then(|rest| rest.rsplit_once('.')) {
            return new(Format::CookieSignature, content, signature);
        }
        if let Some(signature) = companion {
            return new(Format::Keygrip, value, signature);
        }
        if let Some((content, signature)) = plain.rsplit_once("--")
            && is_hex(signature)
        {
            return new(Format::Rails, content, signature);
        }
        if let Some((content, signature)) = plain.rsplit_once('|')
            && is_hex(signature)
            && signature.len() == 128
        {
            return new(Format::FlaskLogin, content, signature);
        }
        let is_signature =
            |text: &str, sizes: &[usize]| decoded(text).is_some_and(|bytes| sizes.contains(&bytes.len()));
        if let Some((content, signature)) = plain.rsplit_once(':')
            && content.contains(':')
            && is_signature(signature, &[20, 32])
        {
            return new(Format::Django, content, signature);
        }
        if let Some((content, signature)) = plain.rsplit_once('.')
            && content.contains('.')
            && is_signature(signature, &[20, 32, 64])
        {
            return new(Format::Itsdangerous, content, signature);
        }
        None
    }

    /// Whether this secret made its signature, by its format's usual derivations.
    pub(crate) fn is_made_by(&self, secret: &[u8]) -> bool {
        let content = self.content.as_bytes();
        let is = |made: String| made == self.signature.trim_end_matches('=');
        match self.format {
            Format::CookieSignature => is(base64(Hash::Sha256.hmac(secret, content))),
            Format::Keygrip => {
                let content = format!("{}={}", self.name, self.content);
                is(base64url(Hash::Sha1.hmac(secret, content.as_bytes())))
            }
            Format::Itsdangerous => [Hash::Sha1, Hash::Sha256, Hash::Sha512].into_iter().any(|hash| {
                let salts: [&[u8]; 2] = [b"cookie-session", b"itsdangerous"];
                salts.into_iter().any(|salt| {
                    let concatenated = Sha1::digest([salt, b"signer", secret].concat());
                    is(base64url(hash.hmac(&hash.hmac(secret, salt), content)))
                        || is(base64url(hash.hmac(&concatenated, content)))
                })
            }),
            Format::FlaskLogin => is(hex(&Hash::Sha512.hmac(secret, content))),
            Format::Django => {
                let salts =
                    ["django.contrib.sessions.backends.signed_cookies", "django.core.signing", &self.name];
                // Its signed cookies have a key of their own, with words before the secret.
                let keys = [secret.to_vec(), [b"django.http.cookies", secret].concat()];
                salts.into_iter().any(|salt| {
                    keys.iter().any(|key| {
                        let salted = [salt.as_bytes(), b"signer", key].concat();
                        let (new, old) = (Sha256::digest(&salted), Sha1::digest(&salted));
                        is(base64url(Hash::Sha256.hmac(&new, content)))
                            || is(base64url(Hash::Sha1.hmac(&old, content)))
                    })
                })
            }
            Format::Rails => self.is_made_by_rails(secret),
        }
    }

    /// Rails derives the key of signed cookies by PBKDF2 with 1,000 rounds; older applications take it as it is.
    fn is_made_by_rails(&self, secret: &[u8]) -> bool {
        let hash = match self.signature.len() {
            40 => Hash::Sha1,
            64 => Hash::Sha256,
            128 => Hash::Sha512,
            _ => return false,
        };
        let mut keys = vec![secret.to_vec()];
        keys.extend(
            [Hash::Sha1, Hash::Sha256].map(|derivation| pbkdf2(derivation, secret, b"signed cookie")),
        );
        keys.iter().any(|key| hex(&hash.hmac(key, self.content.as_bytes())) == self.signature)
    }

    /// The value with another signature, or none, in the shapes that careless readers take.
    pub(crate) fn with_signature(&self, signature: &str) -> String {
        let content = &self.content;
        match self.format {
            Format::CookieSignature => format!("s%3A{content}.{signature}"),
            Format::Keygrip => content.clone(),
            Format::Itsdangerous => format!("{content}.{signature}"),
            Format::FlaskLogin => format!("{content}|{signature}"),
            Format::Django => format!("{content}:{signature}"),
            Format::Rails => format!("{content}--{signature}"),
        }
    }

    /// Its signature.
    pub(crate) fn signature(&self) -> &str {
        &self.signature
    }

    /// What stands in it, made readable where it is base64.
    pub(crate) fn readable(&self) -> Vec<u8> {
        let first = self.content.split(['.', ':']).next().unwrap_or_default();
        decoded(first).unwrap_or_else(|| self.content.clone().into_bytes())
    }
}

fn is_hex(text: &str) -> bool {
    matches!(text.len(), 40 | 64 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// PBKDF2 (RFC 8018 section 5.2) to 64 bytes in 1,000 rounds, which is what Rails asks for.
fn pbkdf2(hash: Hash, secret: &[u8], salt: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    for block in 1_u32.. {
        if key.len() >= 64 {
            break;
        }
        let mut round = hash.hmac(secret, &[salt, &block.to_be_bytes()].concat());
        let mut sum = round.clone();
        for _ in 1..1_000 {
            round = hash.hmac(secret, &round);
            sum.iter_mut().zip(&round).for_each(|(sum, byte)| *sum ^= byte);
        }
        key.extend(sum);
    }
    key.truncate(64);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that the frameworks themselves made, with the secret each was made by.
    #[test]
    fn values_of_the_frameworks_themselves_are_recognised() {
        for (name, value, companion, format, secret) in MADE {
            let read = Envelope::read(name, value, *companion).unwrap_or_else(|| panic!("{value}"));
            assert_eq!(read.format, *format);
            assert!(read.is_made_by(secret.as_bytes()), "{value}");
            assert!(!read.is_made_by(b"another secret"));
        }
    }

    const MADE: &[(&str, &str, Option<&str>, Format, &str)] = &[
        (
            "connect.sid",
            "s%3Aq8sVbJ0dR2mT5xYwUo3nLhKcEfGiAz1P.cXoGYoH7rNQ%2BoVNWAmNMGV7GP%2F3jEl4n5dFv8z9Y9lk",
            None,
            Format::CookieSignature,
            "keyboard cat",
        ),
        (
            "session",
            "eyJ1c2VyIjoiYWxpY2UifQ==",
            Some("5ThGN2QJOwv7T1kkp_jgAIDW6sI"),
            Format::Keygrip,
            "keys to the kingdom",
        ),
        (
            "session",
            "eyJ1c2VyX2lkIjoxfQ.awQM_g.-i2BuMbAbwN4kpz6hFScG4KvVnE",
            None,
            Format::Itsdangerous,
            "dev",
        ),
        (
            "remember_token",
            "alice|8bb5552ffaffeedf19a25de77e6f64498db51e0367436b5e06608c978a1e07584453d7ed645cff064d2c8f40f2b619aa\
             a3840e512fcb2b8d1080f9e8a322ef64",
            None,
            Format::FlaskLogin,
            "dev",
        ),
        (
            "sessionid",
            "eyJfYXV0aF91c2VyX2lkIjoiMSJ9:1xVQjO:i9yAZvLNtEHkc-3JIUBpbqECwLrM--nhPgT9cik6C0E",
            None,
            Format::Django,
            "django-insecure-secret",
        ),
        (
            "theme",
            "dark:1xVQjO:th97pXEYq3BuUtJ3jEpcTqwPqwLLMnxCPuInfOnLwhw",
            None,
            Format::Django,
            "django-insecure-secret",
        ),
        (
            "user_id",
            "eyJfcmFpbHMiOnsibWVzc2FnZSI6IklqRWkiLCJleHAiOm51bGwsInB1ciI6ImNvb2tpZS51c2VyX2lkIn19--\
             ff88b3e8ec4d6dda0cf771d168ccd3fbe8c9d4bc",
            None,
            Format::Rails,
            "topsecret",
        ),
    ];

    #[test]
    fn the_derivation_is_the_published_one() {
        // The first bytes of what RFC 6070's function gives for SHA-1 are those of its own blocks.
        assert_eq!(pbkdf2(Hash::Sha1, b"password", b"salt").len(), 64);
        assert_eq!(hex(&pbkdf2(Hash::Sha256, b"password", b"salt")[..8]), "632c2812e46d4604");
    }

    #[test]
    fn what_is_no_signed_value_is_none() {
        for value in ["", "abc", "0123456789abcdef0123456789abcdef", "a.b.c", "a:b:c", "--", "|"] {
            assert!(Envelope::read("sid", value, None).is_none(), "{value}");
        }
    }
}
