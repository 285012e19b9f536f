//! A time inside a token is said to be one, and never makes the rest of the token a bad generator's.
//!
//! The demo failed its own audit, and only on a machine that had nothing else to do: visits came a millisecond apart,
//! the millisecond in a token ended within a character of base64, and the two bits of it that lay in that character
//! counted upwards through the characters that the battery took for random ("ascents 358, expected 250").

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use handstamp_audit::tokens::{Analysis, FindingKind, Options, Sample, Token};

use super::generators::{Sound, hex, micros, moment};

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Of short-uuid: nothing that looks like something else.
const BASE57: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE32: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Mean distances of two tokens, in microseconds.
const APART: [u64; 8] = [150, 400, 900, 1_000, 1_500, 2_500, 6_000, 40_000];

/// A token of this microsecond.
type Make = fn(&mut Sound, u64) -> String;

const FORMATS: [(&str, Make); 8] = [
    ("handstamp", |sound, at| base64(&[&sound.bytes::<1>(), &millis(at), &sound.bytes::<32>()])),
    ("milliseconds first", |sound, at| base64(&[&millis(at), &sound.bytes::<18>()])),
    ("after two bytes", |sound, at| base64(&[&sound.bytes::<2>(), &millis(at), &sound.bytes::<16>()])),
    ("uuid 7", |sound, at| {
        let mut bytes = [millis(at).to_vec(), sound.bytes::<10>().to_vec()].concat();
        bytes[6] = bytes[6] & 0x0F | 0x70;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        hex(bytes)
    }),
    ("ksuid", |sound, at| {
        let seconds = u32::try_from(at / 1_000_000 - 1_400_000_000).unwrap();
        digits(&[&seconds.to_be_bytes()[..], &sound.bytes::<16>()].concat(), BASE62, 27)
    }),
    // Decimal digits beside hex: what comes after the sixteenth was taken for random.
    ("snowflake and hex", |sound, at| {
        format!("{}-{}", (at / 1_000 - 1_288_834_974_657) << 22, hex(sound.bytes::<16>()))
    }),
    ("nanoseconds and hex", |sound, at| format!("{}{}", at * 1_000, hex(sound.bytes::<16>()))),
    ("ulid", |sound, at| digits(&[&millis(at)[..], &sound.bytes::<10>()].concat(), BASE32, 26)),
];

fn millis(at: u64) -> [u8; 6] {
    (at / 1_000).to_be_bytes()[2..].try_into().unwrap()
}

fn base64(parts: &[&[u8]]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(parts.concat())
}

/// A number in another base, most significant digit first.
fn digits(number: &[u8], alphabet: &[u8], length: usize) -> String {
    let mut number = number.to_vec();
    let base = u32::try_from(alphabet.len()).unwrap();
    let mut text: Vec<char> = (0..length)
        .map(|_| {
            let rest = number.iter_mut().fold(0, |rest, byte| {
                let value = rest << 8 | u32::from(*byte);
                *byte = (value / base) as u8;
                value % base
            });
            char::from(alphabet[rest as usize])
        })
        .collect();
    text.reverse();
    text.into_iter().collect()
}

/// Tokens that come as they come over a network: between a half and one and a half of the mean apart.
fn taken(make: Make, sound: &mut Sound, apart: u64, tokens: usize) -> Sample {
    let mut at = micros(moment(Duration::ZERO, 0)) + sound.number() % 5_000_000;
    let taken = (0..tokens).map(|_| {
        at += apart / 2 + sound.number() % apart;
        let made = std::time::UNIX_EPOCH + Duration::from_micros(at);
        Token::new(make(sound, at)).between(made - Duration::from_millis(1), made + Duration::from_millis(1))
    });
    Sample::new(taken.collect::<Vec<_>>()).unwrap()
}

#[test]
fn a_time_that_ends_within_a_character_makes_no_bad_generator() {
    let rounds = std::env::var("HANDSTAMP_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let mut waited = 0;
    for seed in 0..rounds / 20 {
        for (name, make) in FORMATS {
            for apart in APART {
                let mut sound = Sound::new(700_000 + seed);
                let options = Options::new().guesses(0).seed(seed);
                let mut analysis = Analysis::of(&taken(make, &mut sound, apart, 500), &options);
                if analysis.needs_fresh_sample() {
                    waited += 1;
                    analysis = analysis.confirmed_by(&taken(make, &mut sound, apart, 500));
                }
                let what = format!("seed {seed}, {name}, {apart} us: {}", analysis.sentence());
                let is_a_time = |kind| matches!(kind, FindingKind::Timestamp | FindingKind::Counter);
                for finding in &analysis.findings {
                    let is_told = is_a_time(finding.kind) || finding.kind == FindingKind::TooShort;
                    assert!(is_told, "{what} {:?}", analysis.findings);
                }
                // All of a sample may lie in one second.
                let shows_none = name == "ksuid" && apart < 40_000;
                assert!(
                    shows_none || analysis.findings.iter().any(|finding| is_a_time(finding.kind)),
                    "{what}"
                );
            }
        }
    }
    assert!(waited < 3, "{waited} samples were rejected once");
}

#[test]
fn a_time_makes_no_bad_generator_of_a_deep_run_either() {
    for (name, make) in FORMATS {
        for (seed, apart) in (0..).zip([150, 1_000, 2_500, 40_000]) {
            let mut sound = Sound::new(900_000 + seed);
            let analysis = Analysis::of(&taken(make, &mut sound, apart, 2_000), &Options::new().guesses(0));
            let is_accused = analysis.findings.iter().any(|finding| finding.kind == FindingKind::Statistics);
            assert!(!is_accused, "{name}, {apart} us: {:?}", analysis.findings);
        }
    }
}

#[test]
fn a_random_number_in_a_base_that_is_no_power_of_two_begins_unevenly_and_is_sound() {
    for (alphabet, length, seed) in
        [(BASE62, 22, 0), (BASE58, 22, 1), (BASE57, 22, 2), (&BASE62[..36], 25, 3)]
    {
        for tokens in [200, 2_000, 20_000] {
            let mut sound = Sound::new(800_000 + seed);
            let mut token = || digits(&sound.bytes::<16>(), alphabet, length);
            let sample = Sample::new((0..tokens).map(|_| Token::new(token())).collect::<Vec<_>>()).unwrap();
            let analysis = Analysis::of(&sample, &Options::new().guesses(0));
            assert!(analysis.findings.is_empty(), "{seed}, {tokens}: {:?}", analysis.findings);
            let upper = analysis.numbers.unwrap().upper;
            assert!((upper - 128.0).abs() < 0.5, "{upper}");
        }
    }
}
