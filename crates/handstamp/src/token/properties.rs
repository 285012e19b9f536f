//! Arbitrary bytes put to the token: reading never panics, and one value has one spelling.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::{
    BODY, Generation, IssuedToken, KeyRing, Presented, RealmKey, Secret, TOKEN_LENGTH, TOKEN_PREFIX,
};
use crate::{id::SessionId, realm::RealmName};

fn body(presented: &Presented) -> IssuedToken {
    IssuedToken::assemble(presented.id, presented.generation, &presented.secret, presented.key, presented.mac)
}

fn ring() -> KeyRing {
    KeyRing::new(&RealmName::default(), RealmKey::generate())
}

/// Text near a token: right prefix, right or almost right length, any alphabet.
fn near_token() -> impl Strategy<Value = Vec<u8>> {
    let tail = prop::collection::vec(any::<u8>(), 80..90);
    let encoded = prop::collection::vec("[A-Za-z0-9_-]", 84).prop_map(|text| text.concat().into_bytes());
    prop_oneof![tail, encoded].prop_map(|tail| [TOKEN_PREFIX.as_bytes(), &tail].concat())
}

proptest! {
    #[test]
    fn anything_may_be_read_and_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Presented::parse(&bytes).is_none());
    }

    #[test]
    fn what_is_read_is_spelled_in_one_way(bytes in near_token()) {
        if let Some(presented) = Presented::parse(&bytes) {
            let spelled = body(&presented);
            prop_assert_eq!(spelled.expose().as_bytes(), &bytes);
        }
    }

    #[test]
    fn different_bodies_have_different_spellings(a in any::<[u8; 32]>(), b in any::<[u8; 32]>(), at in 0..BODY) {
        let mut bytes = [a, b].concat();
        bytes.truncate(BODY);
        let spelled = |bytes: &[u8]| format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let first = spelled(&bytes);
        bytes[at] ^= 1;
        let second = spelled(&bytes);
        prop_assert_ne!(&first, &second);
        prop_assert_eq!(first.len(), TOKEN_LENGTH);
        let (first, second) = (Presented::parse(first.as_bytes()), Presented::parse(second.as_bytes()));
        let (first, second) = (body(&first.unwrap()), body(&second.unwrap()));
        prop_assert_ne!(first.expose(), second.expose());
    }

    #[test]
    fn a_token_with_one_bit_turned_is_not_ours(
        id in any::<[u8; 16]>(), generation in any::<u32>(), secret in any::<[u8; 32]>(), at in 0..BODY * 8,
    ) {
        let ring = ring();
        let issued = ring.issue(SessionId::from_bytes(id), Generation(generation), &Secret::from_bytes(secret));
        prop_assert!(ring.verify(&Presented::parse(issued.expose().as_bytes()).unwrap()));
        let mut bytes = URL_SAFE_NO_PAD.decode(&issued.expose()[TOKEN_PREFIX.len()..]).unwrap();
        bytes[at / 8] ^= 1 << (at % 8);
        let forged = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(&bytes));
        prop_assert!(!ring.verify(&Presented::parse(forged.as_bytes()).unwrap()));
    }

    #[test]
    fn a_token_cut_short_or_drawn_out_is_none(cut in 0..TOKEN_LENGTH, more in "[ -~]{1,40}") {
        let issued = ring().issue(SessionId::from_bytes([7; 16]), Generation::FIRST, &Secret::generate());
        let text = issued.expose();
        prop_assert!(Presented::parse(&text.as_bytes()[..cut]).is_none());
        for longer in [format!("{text}{more}"), format!("{more}{text}")] {
            prop_assert!(Presented::parse(longer.as_bytes()).is_none());
        }
    }

    #[test]
    fn a_realm_key_reads_back_or_is_refused(text in "(hsk1_)?[A-Za-z0-9_=-]{0,50}") {
        if let Ok(key) = RealmKey::parse(&text) {
            let spelled = key.expose();
            prop_assert_eq!(spelled.as_str(), text.as_str());
        }
    }
}
