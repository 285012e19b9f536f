//! Promises 5 and 16: tokens come from us, and bad input is cheap and harmless.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use handstamp::{Activity, Policy, RealmKey, RealmName, Sessions, TOKEN_LENGTH, TOKEN_PREFIX, Verdict};

use super::kit::{Dice, House, new_account};
use crate::MakeStore;

const KINDS: usize = 10;
const EACH: usize = 1_200;

/// One bad token of a kind, made from a good one.
fn spoiled(good: &str, kind: usize, dice: &Dice) -> Vec<u8> {
    let mut text = good.as_bytes().to_vec();
    let mut body = URL_SAFE_NO_PAD.decode(&good[TOKEN_PREFIX.len()..]).expect("our own token");
    let spelled = |body: &[u8]| format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(body)).into_bytes();
    match kind {
        // Cut short.
        0 => text.truncate(dice.roll(TOKEN_LENGTH)),
        // Drawn out.
        1 => text.extend((0..=dice.roll(300)).map(|_| b"A="[dice.roll(2)])),
        // One bit turned in the body, well-formed.
        2 => {
            let bit = dice.roll(body.len() * 8);
            body[bit / 8] ^= 1 << (bit % 8);
            text = spelled(&body);
        }
        // One byte of the text is another.
        3 => {
            let at = dice.roll(text.len());
            text[at] = text[at].wrapping_add(1 + u8::try_from(dice.roll(255)).unwrap_or_default());
        }
        // Another prefix.
        4 => {
            let prefixes: [&[u8]; 5] = [b"hst2_", b"HST1_", b"hst1-", b"hsk1_", b"\0st1_"];
            text[..TOKEN_PREFIX.len()].copy_from_slice(prefixes[dice.roll(prefixes.len())]);
        }
        // A genuine name with a secret, key id and MAC of somebody's own.
        5 => {
            body[20..].fill_with(|| dice.next().to_le_bytes()[0]);
            text = spelled(&body);
        }
        // All of it somebody's own.
        6 => {
            body.fill_with(|| dice.next().to_le_bytes()[0]);
            text = spelled(&body);
        }
        // Noise.
        7 => text = (0..dice.roll(400)).map(|_| dice.next().to_le_bytes()[0]).collect(),
        // Two parts of it change places.
        8 => {
            let at = 1 + dice.roll(body.len() - 1);
            body.rotate_left(at);
            text = spelled(&body);
        }
        // Blanks, quotes and the like around it.
        _ => {
            let around = [" ", "\"", "\t", "%20", "\r\n", "\u{a0}", ";", "\0"][dice.roll(8)];
            text = [around.as_bytes(), &text, around.as_bytes()].concat();
        }
    }
    text
}

/// 12,000 of them: no panic, no store call, no trace.
pub async fn no_bad_token_reaches_the_store(make: impl MakeStore) {
    let house = House::new(&make).await;
    let dice = Dice::new(16);
    let client = house.sign_in(&new_account()).await;
    let (anonymous, before) = (house.begin().await, house.sessions.log().await.expect("the log"));
    house.spy.forget();
    let mut refused = 0;
    for kind in 0..KINDS {
        for _ in 0..EACH {
            for good in [&client.token, &anonymous.token] {
                let bad = spoiled(good, kind, &dice);
                if bad == good.as_bytes() {
                    continue;
                }
                let verdict = house.sessions.resume(&bad, Activity::Use).await;
                assert!(matches!(verdict, Verdict::Invalid), "kind {kind}: {verdict:?}");
                refused += 1;
            }
        }
    }
    println!("{refused} bad tokens");
    assert!(refused > 10_000);
    let large = vec![b'A'; 16 << 20];
    for bad in [&large[..], &[client.token.as_bytes(), &large].concat(), b""] {
        assert!(matches!(house.sessions.resume(bad, Activity::Use).await, Verdict::Invalid));
    }
    house.spy.assert_operations(&[]);
    let after = house.sessions.log().await.expect("the log");
    assert_eq!(before.position(), after.position());
    house.active(&client.token).await;
}

/// A token of another realm, or of the same realm under another key, is nobody's here.
pub async fn a_token_of_another_realm_or_key_is_not_ours(make: impl MakeStore) {
    let store = make.make().await;
    let realm = |name: &str, key: &RealmKey| {
        let name = RealmName::new(name).expect("a realm's name");
        let builder = Sessions::builder(store.clone()).realm(name).key(key.clone());
        builder.policy(Policy::aal2()).build().expect("a valid policy")
    };
    let (key, other_key) = (RealmKey::generate(), RealmKey::generate());
    let here = realm("here", &key);
    let client = super::kit::sign_in(&here, &new_account(), None).await.expect("sign in");
    for stranger in [realm("there", &key), realm("here", &other_key), realm("there", &other_key)] {
        let verdict = stranger.resume(client.token.as_bytes(), Activity::Use).await;
        assert!(matches!(verdict, Verdict::Invalid), "{verdict:?}");
    }
    // The second node of the same realm, and one whose key has just changed.
    let name = RealmName::new("here").expect("a realm's name");
    let changed = Sessions::builder(store.clone()).realm(name).key(other_key).previous_key(key.clone());
    for node in [realm("here", &key), changed.build().expect("a valid policy")] {
        let verdict = node.resume(client.token.as_bytes(), Activity::Use).await;
        assert!(matches!(verdict, Verdict::Active(_)), "{verdict:?}");
    }
}

/// A token that we issued for a session that the store does not know is nobody's, and makes nothing.
pub async fn a_genuine_token_is_never_adopted(make: impl MakeStore) {
    let key = RealmKey::generate();
    let lost = Sessions::builder(make.make().await).key(key.clone()).build().expect("a valid policy");
    let client = super::kit::sign_in(&lost, &new_account(), None).await.expect("sign in");
    let store = make.make().await;
    let empty = Sessions::builder(store.clone()).key(key).build().expect("a valid policy");
    let verdict = empty.resume(client.token.as_bytes(), Activity::Use).await;
    assert!(matches!(verdict, Verdict::Invalid), "{verdict:?}");
    let stats = store.stats().await.expect("stats");
    assert_eq!((stats.live, stats.ended, stats.entries), (0, 0, 0));
}
