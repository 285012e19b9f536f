//! Promises 3 and 4: whatever lies in the store, no token can be made of it.

use std::{fmt::Write, time::Duration};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use handstamp::{LogNews, Proof, SignIn, TOKEN_PREFIX, Verdict, device::DeviceFacts};

use super::world::{Basket, World, signed_in};
use crate::MakeStore;

/// Where the secret lies in a token: after id (16) and generation (4).
const SECRET: std::ops::Range<usize> = 20..52;

/// How a token or its secret could have been written down.
fn spellings(token: &str) -> Vec<Vec<u8>> {
    let body = token.strip_prefix(TOKEN_PREFIX).expect("a token");
    let bytes = URL_SAFE_NO_PAD.decode(body).expect("a token");
    let secret = &bytes[SECRET];
    let hex = secret.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let numbers = format!("{secret:?}");
    let mut found = vec![secret.to_vec(), body.into(), hex.to_uppercase().into(), hex.into()];
    found.push(numbers.replace(' ', "").trim_matches(['[', ']']).into());
    // Base64 of text that holds the secret at any of the three alignments; ends differ by neighbours.
    for skipped in 0..3 {
        for spelling in
            [STANDARD_NO_PAD.encode(&secret[skipped..]), URL_SAFE_NO_PAD.encode(&secret[skipped..])]
        {
            found.push(spelling[..spelling.len() - 2].into());
        }
    }
    found
}

/// Every verb that makes or changes a token, then a search through everything that is stored.
pub async fn no_secret_lies_in_the_store_or_its_log(make: impl MakeStore) {
    let world = World::new(&make).await;
    let mut tokens = Vec::new();
    let begun = world.sessions.begin(DeviceFacts::default()).await.expect("begin");
    let mut visitor = begun.session;
    world.sessions.edit(&mut visitor, |basket: &mut Basket| basket.0 = 7).await.expect("edit");
    tokens.push(begun.token);
    let ticket = world.sessions.begin_sign_in(&super::world::name("alice")).await.expect("begin_sign_in");
    let sign_in = SignIn::new(ticket, Proof::password());
    let signed_in_now = world.sessions.sign_in(sign_in, Some(&visitor)).await.expect("sign_in");
    tokens.push(signed_in_now.token);
    world.clock.advance(Duration::from_secs(16 * 60));
    let Verdict::Active(active) = world.resume(tokens[1].expose()).await else { panic!("she signed in") };
    tokens.push(world.sessions.renew(&active).await.expect("renew").expect("it is due"));
    let Verdict::Active(active) = world.resume(tokens[2].expose()).await else { panic!("she renewed") };
    let stepped = world.sessions.step_up(signed_in(&active), Proof::passkey()).await.expect("step_up");
    tokens.push(stepped.token);
    let changed = world.sessions.credentials_changed(signed_in(&stepped.session)).await;
    tokens.push(changed.expect("credentials_changed").token);
    // One in the midst of a renewal and one ended: both keep more than a settled one.
    let (_, due) = world.client("bob").await;
    world.clock.advance(Duration::from_secs(16 * 60));
    let Verdict::Active(active) = world.resume(&due).await else { panic!("he signed in") };
    tokens.push(world.sessions.renew(&active).await.expect("renew").expect("it is due"));
    world.sessions.sign_out(&active).await.expect("sign_out");

    let mut everything = Vec::new();
    for session in world.stored().await {
        everything.extend(format!("{session:?}").into_bytes());
        everything.extend(session.body.iter().chain(session.data.iter()));
    }
    let mut log = world.sessions.log_from_start().await.expect("log");
    let LogNews::Entries(entries) = log.next(1000).await.expect("log") else { panic!("nothing is missing") };
    assert!(entries.len() >= 12, "the log tells of each of them");
    for entry in entries {
        everything.extend(entry.encode());
    }
    let holds = |needle: &[u8]| everything.windows(needle.len()).any(|window| window == needle);
    assert!(holds(br#""secret_hash""#), "the search finds what is there");
    for token in tokens.iter().map(handstamp::IssuedToken::expose).chain([due.as_str()]) {
        for (number, spelling) in spellings(token).iter().enumerate() {
            assert!(!holds(spelling), "the store holds a secret, in spelling {number}");
        }
    }
}
