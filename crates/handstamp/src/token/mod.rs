//! The token: what a client presents to be let back in.
//!
//! Layout (also in `docs/formats.md`, with test vectors): `hst1_` and 84 characters of unpadded
//! base64url over 63 bytes: session id (16), generation (4, big endian), secret (32), key id (3),
//! MAC (8). 63 bytes are a whole number of base64 groups, so one value has exactly one spelling
//! (CVE-2015-7546 was a revocation evaded by another spelling).
//!
//! All of its strength is the secret; the MAC lets a forged token die without a store call and makes
//! every genuine older generation recognisable.

mod key_file;
mod keys;
#[cfg(test)]
mod properties;
mod secret;
#[cfg(test)]
mod vectors;

pub use key_file::KeyFileError;
pub use keys::{KeyRing, RealmKey, RealmKeyError};
pub(crate) use keys::{Successor, hmac};
pub(crate) use secret::{Secret, SecretHash};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::id::SessionId;

/// What every token begins with: recognisable for secret scanners, and the version of the layout.
pub const TOKEN_PREFIX: &str = "hst1_";
/// How long every token is, in characters.
pub const TOKEN_LENGTH: usize = 89;

const BODY: usize = 63;
const MAC: usize = 8;

/// Which token of its session this is; counts up with every new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(u32);

impl Generation {
    pub(crate) const FIRST: Self = Self(1);

    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    pub(crate) fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn is_followed_by(self, later: Self) -> bool {
        self.0.checked_add(1) == Some(later.0)
    }
}

/// A token that was presented and has the right form. Nothing is known of it until
/// [`KeyRing::verify`] has said that it is genuine.
#[derive(Clone)]
pub(crate) struct Presented {
    pub(crate) id: SessionId,
    pub(crate) generation: Generation,
    pub(crate) secret: Secret,
    key: [u8; 3],
    mac: [u8; MAC],
}

impl Presented {
    /// The token that was just issued, as if it had been presented.
    fn of(id: SessionId, generation: Generation, secret: Secret, key: [u8; 3]) -> Self {
        Self { id, generation, secret, key, mac: [0; MAC] }
    }

    /// What is to be remembered of a genuine token.
    pub(crate) fn seal(&self) -> Seal {
        Seal { generation: self.generation, key: self.key, mac: self.mac }
    }

    /// Are these this token's? Constant time in the MAC.
    pub(crate) fn bears(&self, seal: &Seal) -> bool {
        let same = self.generation == seal.generation && self.key == seal.key;
        same & bool::from(self.mac.ct_eq(&seal.mac))
    }

    /// Reads a token. Costs little whatever is given: anything of another length ends at once.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != TOKEN_LENGTH {
            return None;
        }
        let encoded = text.strip_prefix(TOKEN_PREFIX.as_bytes())?;
        let mut body = Zeroizing::new([0; BODY]);
        if URL_SAFE_NO_PAD.decode_slice(encoded, body.as_mut_slice()) != Ok(BODY) {
            return None;
        }
        let (id, rest) = body.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (secret, rest) = rest.split_first_chunk::<32>()?;
        let (key, rest) = rest.split_first_chunk::<3>()?;
        let (mac, _) = rest.split_first_chunk::<MAC>()?;
        Some(Self {
            id: SessionId::from_bytes(*id),
            generation: Generation(u32::from_be_bytes(*generation)),
            secret: Secret::from_bytes(*secret),
            key: *key,
            mac: *mac,
        })
    }
}

/// What a genuine token has besides its session and its secret. It opens nothing.
pub(crate) struct Seal {
    generation: Generation,
    key: [u8; 3],
    mac: [u8; MAC],
}

/// A token on its way to the client: the only form in which one exists in clear. It cannot be
/// printed, logged or serialised; [`IssuedToken::expose`] hands it out for the one response.
pub struct IssuedToken(Zeroizing<String>);

impl IssuedToken {
    fn assemble(
        id: SessionId,
        generation: Generation,
        secret: &Secret,
        key: [u8; 3],
        mac: [u8; MAC],
    ) -> Self {
        let mut body = Zeroizing::new([0; BODY]);
        body[..16].copy_from_slice(id.as_bytes());
        body[16..20].copy_from_slice(&generation.0.to_be_bytes());
        body[20..52].copy_from_slice(secret.expose());
        body[52..55].copy_from_slice(&key);
        body[55..].copy_from_slice(&mac);
        let mut encoded = URL_SAFE_NO_PAD.encode(body.as_slice());
        let mut text = Zeroizing::new(String::with_capacity(TOKEN_LENGTH));
        text.push_str(TOKEN_PREFIX);
        text.push_str(&encoded);
        encoded.zeroize();
        Self(text)
    }

    /// The token in clear, for the one response that carries it to its client. Never log it and
    /// never put it into a page or an address (ASVS V14.2.1, V16.2.5).
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IssuedToken(hidden)")
    }
}
