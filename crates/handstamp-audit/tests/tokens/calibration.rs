//! Perfect tokens are never accused.

use handstamp_audit::{
    check::Verdict,
    tokens::{Analysis, Options},
};

use super::generators::{Sound, characters, hex, sample};

fn rounds() -> u64 {
    std::env::var("HANDSTAMP_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

/// The dictionary is asked elsewhere: it cannot accuse by chance.
fn options(seed: u64) -> Options {
    Options::new().guesses(0).seed(seed)
}

fn passes(seed: u64, tokens: usize, token: impl Fn(&mut Sound) -> String) -> Analysis {
    let mut sound = Sound::new(seed);
    let analysis = Analysis::of(&sample((0..tokens).map(|_| token(&mut sound))), &options(seed));
    assert_eq!(
        analysis.verdict(),
        Verdict::Pass,
        "seed {seed}: {:?} {}",
        analysis.findings,
        analysis.sentence()
    );
    assert!(analysis.tests > 1_000, "{}", analysis.tests);
    analysis
}

#[test]
fn no_seed_of_a_hundred_is_accused_at_200_tokens() {
    for seed in 0..rounds() {
        let numbers = passes(seed, 200, |sound| hex(sound.bytes::<16>())).numbers.unwrap();
        assert!((numbers.nominal - 128.0).abs() < 1e-6 && (numbers.upper - 128.0).abs() < 1e-6);
        assert!((82.0..94.0).contains(&numbers.lower), "{}", numbers.lower);
    }
}

#[test]
fn no_seed_of_twenty_is_accused_at_2_000_tokens() {
    for seed in 0..rounds() / 5 {
        let numbers = passes(1_000 + seed, 2_000, |sound| hex(sound.bytes::<16>())).numbers.unwrap();
        assert!((109.0..115.0).contains(&numbers.lower), "{}", numbers.lower);
    }
}

#[test]
fn no_seed_is_accused_at_20_000_tokens() {
    for seed in 0..(rounds() / 1_000).max(1) {
        let numbers = passes(2_000 + seed, 20_000, |sound| hex(sound.bytes::<16>())).numbers.unwrap();
        assert!((121.0..125.0).contains(&numbers.lower), "{}", numbers.lower);
    }
}

#[test]
fn other_alphabets_are_not_accused() {
    let base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let php = "0123456789abcdefghijklmnopqrstuv";
    let base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for seed in 0..rounds() / 10 {
        for (alphabet, length) in [(base62, 22), (php, 26), (base64url, 40)] {
            passes(seed, 200, |sound| characters(sound, alphabet, length));
        }
        passes(3_000 + seed, 500, |sound| characters(sound, base62, 32));
    }
}
