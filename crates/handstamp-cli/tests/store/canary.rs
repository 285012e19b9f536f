//! What must not lie in a file: no secret stands in the store's file (its free pages included), in an
//! export or in an archive.

use std::fs;

use handstamp::testing::sign_in_as;

use crate::support::{House, said};

/// Eight bytes of a secret in a row are no accident in a file of a few hundred kilobytes.
const PIECE: usize = 8;

#[test]
fn no_secret_lies_in_the_file_the_export_or_the_archive() {
    let house = House::new();
    // Renewed, erased and replaced records leave their pages behind.
    let gone = house.open(async |sessions| {
        let mut gone = Vec::new();
        for number in 0..20 {
            let account = format!("guest-{number}");
            gone.push(sign_in_as(sessions, &account).await);
            sessions.account(&House::account(&account)).credentials_changed().await.unwrap();
            sessions.account(&House::account(&account)).erase().await.unwrap();
        }
        gone
    });
    let (export, archive) = (house.path("export.jsonl"), house.path("archive.jsonl"));
    said(&["export", &house.folder(), &export]);
    said(&["archive", &house.folder(), &archive]);
    let key = house.key.expose();
    let tokens = house.clients.iter().chain(&gone).map(|client| client.token.expose());
    // Prefix, session id and generation are public. From here on a group of base64 is a group of bytes.
    let mut secrets: Vec<&str> = tokens.map(|token| &token[5 + 28..]).collect();
    secrets.push(key.strip_prefix("hsk1_").unwrap());
    assert_eq!(secrets.len(), 42);
    let whole = decoded(&house.clients[0].token.expose()[5..]);
    assert_eq!(&whole[..16], house.clients[0].id().as_bytes(), "tokens are taken apart rightly");
    assert_eq!(whole[21..], decoded(secrets[0]));
    for path in [house.file().to_str().unwrap(), &export, &archive] {
        let content = fs::read(path).unwrap();
        let there = windows(&content);
        for secret in &secrets {
            for text in secret.as_bytes().windows(PIECE) {
                assert!(!there.contains(text), "a piece of a secret stands in {path}");
            }
            for raw in decoded(secret).windows(PIECE) {
                assert!(!there.contains(raw), "the bytes of a secret stand in {path}");
            }
        }
        let public = house.clients[0].id();
        let (text, raw) = (public.to_string(), public.as_bytes());
        let found = there.contains(&text.as_bytes()[10..10 + PIECE]) || there.contains(&raw[..PIECE]);
        assert!(found, "the search finds what does stand in {path}");
    }
}

fn windows(content: &[u8]) -> std::collections::HashSet<&[u8]> {
    content.windows(PIECE).collect()
}

/// The bytes of base64url from a whole group on.
fn decoded(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for letter in text.chars() {
        let value = ALPHABET.find(letter).unwrap();
        bits = (bits << 6) | u32::try_from(value).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap());
        }
    }
    bytes
}
