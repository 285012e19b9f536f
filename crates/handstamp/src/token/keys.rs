//! The realm key: what makes a token ours. It never lies in the store that holds the records, so
//! that a dump of the store logs nobody in, even together with an old token.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Generation, IssuedToken, MAC, Presented, Secret};
use crate::{id::SessionId, random::random_bytes, realm::RealmName};

const SALT: &[u8] = b"handstamp/1";
const TEXT_PREFIX: &str = "hsk1_";

/// 32 secret bytes of a realm. `handstamp keys new` makes one; keep it where the store is not.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RealmKey([u8; 32]);

/// Why a realm key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RealmKeyError {
    /// Not the text form of a key.
    #[error(
        "not a realm key: expected `hsk1_` and 43 characters of base64url, as `RealmKey::generate` makes them"
    )]
    Malformed,
    /// A key that somebody typed: too few different bytes to be random (CVE-2023-27524).
    #[error("this realm key is not random: make one with `RealmKey::generate`")]
    NotRandom,
}

impl RealmKey {
    /// A new key from the operating system's generator.
    pub fn generate() -> Self {
        Self(random_bytes())
    }

    /// Reads the text form, `hsk1_` and 43 characters of base64url. Refuses keys that are plainly
    /// not random, so that no sample key of a tutorial goes into production.
    pub fn parse(text: &str) -> Result<Self, RealmKeyError> {
        let body = text.trim().strip_prefix(TEXT_PREFIX).ok_or(RealmKeyError::Malformed)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if URL_SAFE_NO_PAD.decode_slice(body, bytes.as_mut_slice()) != Ok(32) {
            return Err(RealmKeyError::Malformed);
        }
        let mut seen = [false; 256];
        let different =
            bytes.iter().filter(|b| !std::mem::replace(&mut seen[usize::from(**b)], true)).count();
        // 32 random bytes hold about 30 different values; fewer than 16 happens once in 10^15 keys.
        if different < 16 {
            return Err(RealmKeyError::NotRandom);
        }
        Ok(Self(*bytes))
    }

    /// The text form, for the file or secret manager that will keep it.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{TEXT_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0)))
    }

    fn derive<const N: usize>(&self, label: &str, context: &[&[u8]]) -> Zeroizing<[u8; N]> {
        expand(&Hkdf::new(Some(SALT), &self.0), label, context)
    }
}

impl fmt::Debug for RealmKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RealmKey(hidden)")
    }
}

/// HMAC-SHA-256 under a key of 32 bytes. HMAC fills short keys up with zeros to its block of 64
/// bytes; doing so here leaves nothing that could fail.
pub(crate) fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

/// HKDF-Expand with `label`, a zero byte and the length-prefixed context as its info.
fn expand<const N: usize>(hkdf: &Hkdf<Sha256>, label: &str, context: &[&[u8]]) -> Zeroizing<[u8; N]> {
    let mut info = Vec::with_capacity(64);
    info.extend_from_slice(label.as_bytes());
    info.push(0);
    for part in context {
        // Parts are names and ids of at most 64 bytes: one byte of length is enough.
        info.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
        info.extend_from_slice(part);
    }
    let mut out = Zeroizing::new([0; N]);
    // Expand fails only for outputs above 8160 bytes; ours are 3 and 32.
    debug_assert!(N <= 8160);
    let _ = hkdf.expand(&info, out.as_mut_slice());
    out
}

/// The keys of a realm: the newest signs, all verify. A second one is there while a key changes.
#[derive(Clone)]
pub struct KeyRing {
    current: Key,
    previous: Option<Key>,
}

#[derive(Clone)]
struct Key {
    id: [u8; 3],
    mac: Hmac<Sha256>,
    root: RealmKey,
}

/// What [`KeyRing::successor`] derives from.
pub(crate) struct Successor<'a> {
    pub(crate) id: SessionId,
    pub(crate) of: Generation,
    pub(crate) nonce: &'a [u8; 16],
}

impl KeyRing {
    /// One key for `realm`.
    pub fn new(realm: &RealmName, key: RealmKey) -> Self {
        Self { current: Key::new(realm, key), previous: None }
    }

    /// Also accepts tokens made with `key`, the one before. Take it out again after the longest
    /// absolute timeout.
    #[must_use]
    pub fn accepting(mut self, realm: &RealmName, key: RealmKey) -> Self {
        self.previous = Some(Key::new(realm, key));
        self
    }

    pub(crate) fn issue(&self, id: SessionId, generation: Generation, secret: &Secret) -> IssuedToken {
        let key = &self.current;
        let mut mac = [0; MAC];
        mac.copy_from_slice(&key.authenticate(id, generation, secret).finalize().into_bytes()[..MAC]);
        IssuedToken::assemble(id, generation, secret, key.id, mac)
    }

    /// The token that was just issued, as if it had been presented.
    pub(crate) fn presented(&self, id: SessionId, generation: Generation, secret: Secret) -> Presented {
        Presented::of(id, generation, secret, self.current.id)
    }

    /// Is the key that this token names among ours?
    pub(crate) fn knows(&self, token: &Presented) -> bool {
        self.named(token.key).is_some()
    }

    /// Did we issue this token? Constant time in the MAC.
    pub(crate) fn verify(&self, token: &Presented) -> bool {
        self.named(token.key).is_some_and(|key| {
            key.authenticate(token.id, token.generation, &token.secret)
                .verify_truncated_left(&token.mac)
                .is_ok()
        })
    }

    /// The secret that follows `token`'s in a renewal: the same for everybody who holds the token
    /// and the record's nonce, unknowable to whoever lacks the realm key.
    ///
    /// Derived with the key that made the old token, so that nodes agree while a key changes.
    pub(crate) fn successor(&self, token: &Presented, from: &Successor<'_>) -> Option<Secret> {
        let key = self.named(token.key)?;
        let mut material = Zeroizing::new([0; 64]);
        material[..32].copy_from_slice(&key.root.0);
        material[32..].copy_from_slice(token.secret.expose());
        let hkdf = Hkdf::<Sha256>::new(Some(from.nonce), material.as_slice());
        let generation = from.of.number().to_be_bytes();
        let secret = expand::<32>(&hkdf, "handstamp/1 successor", &[from.id.as_bytes(), &generation]);
        Some(Secret::from_bytes(*secret))
    }

    /// 32 bytes for form tokens, bound to one session and so to one sign-in; of every key that
    /// still verifies, the current one first.
    #[cfg(feature = "web")]
    pub(crate) fn form_keys(
        &self,
        realm: &RealmName,
        id: SessionId,
    ) -> impl Iterator<Item = Zeroizing<[u8; 32]>> {
        let keys = [Some(&self.current), self.previous.as_ref()].into_iter().flatten();
        keys.map(move |key| {
            key.root.derive("handstamp/1 form token", &[realm.as_str().as_bytes(), id.as_bytes()])
        })
    }

    fn named(&self, id: [u8; 3]) -> Option<&Key> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten().find(|key| key.id == id)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing(hidden)")
    }
}

impl Key {
    fn new(realm: &RealmName, key: RealmKey) -> Self {
        let name = realm.as_str().as_bytes();
        let mac_key = key.derive::<32>("handstamp/1 token mac", &[name]);
        let id = key.derive::<3>("handstamp/1 key id", &[name]);
        let mac = hmac(&mac_key);
        Self { id: *id, mac, root: key }
    }

    fn authenticate(&self, id: SessionId, generation: Generation, secret: &Secret) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(id.as_bytes());
        mac.update(&generation.number().to_be_bytes());
        mac.update(secret.expose());
        mac
    }
}
