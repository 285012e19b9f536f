//! The vectors of `tests/formats/vectors.json`, which another program computed from `docs/formats.md`.
//!
//! A change that fails here signs everybody out or opens what was closed: it needs a new version mark.

use serde::Deserialize;

use super::{Generation, KeyRing, Presented, RealmKey, Secret, SecretHash, Successor};
use crate::{
    id::{Cell, SessionId},
    realm::RealmName,
};

#[derive(Deserialize)]
struct File {
    tokens: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    realm: String,
    realm_key: String,
    cell: u8,
    milliseconds: u64,
    random: String,
    id: String,
    generation: u32,
    secret: String,
    secret_hash: SecretHash,
    key_id: String,
    token: String,
    nonce: String,
    successor_secret: String,
    successor_token: String,
    #[cfg(feature = "web")]
    form_key: String,
    #[cfg(feature = "web")]
    form_nonce: String,
    #[cfg(feature = "web")]
    form_token: String,
}

impl Vector {
    fn ring(&self) -> KeyRing {
        KeyRing::new(&self.realm_name(), RealmKey::parse(&self.realm_key).unwrap())
    }

    fn realm_name(&self) -> RealmName {
        RealmName::new(&self.realm).unwrap()
    }

    fn id(&self) -> SessionId {
        self.id.parse().unwrap()
    }

    fn presented(&self) -> Presented {
        Presented::parse(self.token.as_bytes()).unwrap()
    }
}

fn vectors() -> Vec<Vector> {
    let file = include_str!("../../tests/formats/vectors.json");
    serde_json::from_str::<File>(file).unwrap().tokens
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    let bytes: Vec<u8> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

#[test]
fn ids_are_laid_out_as_written_down() {
    for vector in vectors() {
        let id = vector.id();
        assert_eq!(id.cell(), Cell::new(vector.cell));
        assert_eq!(id.as_bytes()[1..7], vector.milliseconds.to_be_bytes()[2..]);
        assert_eq!(id.as_bytes()[7..], bytes::<9>(&vector.random));
        assert_eq!(id.to_string(), vector.id);
    }
}

#[test]
fn tokens_are_made_and_read_as_written_down() {
    for vector in vectors() {
        let secret = Secret::from_bytes(bytes(&vector.secret));
        assert_eq!(secret.hash(), vector.secret_hash);
        let issued = vector.ring().issue(vector.id(), Generation(vector.generation), &secret);
        assert_eq!(issued.expose(), vector.token);

        let presented = vector.presented();
        assert!(vector.ring().verify(&presented));
        assert_eq!(presented.id, vector.id());
        assert_eq!(presented.generation.number(), vector.generation);
        assert_eq!(presented.secret.expose(), secret.expose());
        assert_eq!(presented.key, bytes(&vector.key_id));
    }
}

#[test]
fn successors_are_derived_as_written_down() {
    for vector in vectors() {
        let (ring, presented) = (vector.ring(), vector.presented());
        let of = Generation(vector.generation);
        let from = Successor { id: vector.id(), of, nonce: &bytes(&vector.nonce) };
        let secret = ring.successor(&presented, &from).unwrap();
        assert_eq!(secret.expose(), &bytes(&vector.successor_secret));
        assert_eq!(ring.issue(vector.id(), of.next(), &secret).expose(), vector.successor_token);
    }
}

#[cfg(feature = "web")]
#[test]
fn form_tokens_are_derived_as_written_down() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use hmac::Mac;

    for vector in vectors() {
        let key = vector.ring().form_keys(&vector.realm_name(), vector.id()).next().unwrap();
        assert_eq!(*key, bytes(&vector.form_key));
        let nonce = bytes::<16>(&vector.form_nonce);
        let mac = super::hmac(&key).chain_update(nonce).finalize().into_bytes();
        let text = URL_SAFE_NO_PAD.encode([&nonce, &mac[..16]].concat());
        assert_eq!(text, vector.form_token);
    }
}

#[test]
fn another_realm_or_another_key_takes_none_of_them() {
    let stranger = KeyRing::new(&RealmName::default(), RealmKey::generate());
    for vector in vectors() {
        assert!(!stranger.verify(&vector.presented()));
        let elsewhere = RealmName::new("elsewhere").unwrap();
        let same_key = RealmKey::parse(&vector.realm_key).unwrap();
        assert!(!KeyRing::new(&elsewhere, same_key).verify(&vector.presented()));
    }
}

#[test]
fn a_token_of_the_key_before_is_taken_while_the_key_changes() {
    for vector in vectors() {
        let (realm, old) = (vector.realm_name(), RealmKey::parse(&vector.realm_key).unwrap());
        let ring = KeyRing::new(&realm, RealmKey::generate()).accepting(&realm, old);
        assert!(ring.verify(&vector.presented()));
        // Nodes with only the old key and nodes with both make the same successor.
        let from =
            Successor { id: vector.id(), of: Generation(vector.generation), nonce: &bytes(&vector.nonce) };
        let secret = ring.successor(&vector.presented(), &from).unwrap();
        assert_eq!(secret.expose(), &bytes(&vector.successor_secret));
    }
}
