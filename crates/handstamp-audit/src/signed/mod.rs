//! Tokens that carry what they say under a signature: how the known formats are read, and how one would be forged.
//!
//! Values only: nothing here sends a request. The formats are those of frameworks that keep a session or an id in a
//! signed cookie, and JWT (RFC 7519).

mod formats;
mod jwt;
mod public_key;
mod secrets;

pub(crate) use formats::Envelope;
pub(crate) use jwt::Jwt;
pub(crate) use public_key::{PublicKey, public_keys};
pub(crate) use secrets::SECRETS;

use base64::{
    Engine as _,
    engine::{
        DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig,
        general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
    },
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// A token with a signature.
#[derive(Clone)]
pub(crate) enum Signed {
    /// A JSON web token.
    Jwt(Jwt),
    /// A framework's own envelope.
    Envelope(Envelope),
}

impl Signed {
    /// Reads a token; `name` is that of its cookie, and `companion` the value of the cookie `name.sig`, if any.
    pub(crate) fn read(name: &str, value: &str, companion: Option<&str>) -> Option<Self> {
        let jwt = Jwt::read(value).map(Self::Jwt);
        jwt.or_else(|| Envelope::read(name, value, companion).map(Self::Envelope))
    }

    /// What its format is called.
    pub(crate) fn format(&self) -> String {
        match self {
            Self::Jwt(jwt) => format!("JWT, {}", jwt.algorithm()),
            Self::Envelope(envelope) => envelope.format.to_string(),
        }
    }

    /// Whether this secret made its signature.
    pub(crate) fn is_made_by(&self, secret: &[u8]) -> bool {
        match self {
            Self::Jwt(jwt) => jwt.is_made_by(secret),
            Self::Envelope(envelope) => envelope.is_made_by(secret),
        }
    }
}

/// A keyed hash that formats use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The HMAC of a message (RFC 2104).
    pub(crate) fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        macro_rules! with {
            ($hash:ty) => {
                // An HMAC takes keys of every length.
                Hmac::<$hash>::new_from_slice(key)
                    .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
                    .unwrap_or_default()
            };
        }
        match self {
            Self::Sha1 => with!(Sha1),
            Self::Sha256 => with!(Sha256),
            Self::Sha384 => with!(Sha384),
            Self::Sha512 => with!(Sha512),
        }
    }
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Bytes of base64 or base64url, padded or not.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    let url_safe = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);
    let standard = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
    url_safe.decode(text).or_else(|_| standard.decode(text)).ok()
}

/// Base64url without padding, as JWT has it.
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64 without padding.
fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
