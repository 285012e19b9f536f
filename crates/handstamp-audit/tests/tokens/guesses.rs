//! Tokens that are a hash of something that can be guessed.

use std::{ops::ControlFlow, time::Duration};

use handstamp_audit::{
    check::Severity,
    tokens::{Analysis, FindingKind, Options, Sample, Token},
};
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::generators::{Sound, hex, micros, moment, sample, timed};

fn guessed(sample: &Sample, options: &Options) -> String {
    let analysis = Analysis::of(sample, options);
    let found = analysis.findings.iter().find(|finding| finding.kind == FindingKind::Guessable);
    let found = found.unwrap_or_else(|| panic!("{:?}", analysis.findings));
    assert_eq!(found.severity, Severity::High);
    assert!(analysis.numbers.unwrap().upper < 25.0);
    found.headline.clone()
}

#[test]
fn hashes_of_counters_are_found_in_each_spelling() {
    let md5 = sample((0..200).map(|index| hex(Md5::digest((5_000 + index).to_string()))));
    assert!(guessed(&md5, &Options::new()).contains("MD5 hashes of a small number"));
    let sha1 = sample((0..200_u32).map(|index| hex(Sha1::digest(index.to_be_bytes()))));
    assert!(guessed(&sha1, &Options::new()).contains("SHA-1 hashes"));
    // Cut to 16 bytes, of a seed of two.
    let mut sound = Sound::new(30);
    let seeds = sample((0..200).map(|_| hex(&Sha256::digest(sound.bytes::<2>())[..16])));
    assert!(guessed(&seeds, &Options::new()).contains("SHA-256 hashes"));
}

#[test]
fn hashes_of_times_are_found_in_the_window_of_the_request() {
    let every = Duration::from_millis(41);
    let at = |index| micros(moment(every, index)) + 1_234;
    let micro = timed(every, (0..200).map(|index| hex(Md5::digest(at(index).to_string()))));
    assert!(guessed(&micro, &Options::new()).contains("microseconds"));
    let uniqid = |index| format!("{:x}{:05x}", at(index) / 1_000_000, at(index) % 1_000_000);
    let uniqid = timed(every, (0..200).map(|index| hex(Sha1::digest(uniqid(index)))));
    assert!(guessed(&uniqid, &Options::new()).contains("uniqid()"));
    let second =
        timed(every * 50, (0..200).map(|index| hex(Md5::digest((at(index * 50) / 1_000_000).to_string()))));
    assert!(guessed(&second, &Options::new()).contains("seconds"));
}

#[test]
fn what_is_not_hashed_at_all_is_found() {
    let wide = sample((0..200_u32).map(|index| format!("{:032x}", 70_000 + index)));
    assert!(guessed(&wide, &Options::new()).contains("encodings of a small number"));
    let every = Duration::from_millis(41);
    let at = |index| micros(moment(every, index)) + 1_234;
    let uniqid = |index| format!("{:08x}{:05x}", at(index) / 1_000_000, at(index) % 1_000_000);
    let uniqid = timed(every, (0..200).map(uniqid));
    assert!(guessed(&uniqid, &Options::new()).contains("other spellings of uniqid()"));
}

#[test]
fn hashes_of_names_are_found() {
    let tokens = (0..20).map(|index| {
        let name = if index % 2 == 0 { "alice@example.org" } else { "bob@example.org" };
        Token::new(hex(Md5::digest(format!("{name}:{index}")))).account(name)
    });
    let sample = Sample::new(tokens.collect::<Vec<_>>()).unwrap();
    assert!(guessed(&sample, &Options::new()).contains("a name and a number"));
}

#[test]
fn the_work_is_bounded_and_can_be_stopped() {
    let mut sound = Sound::new(31);
    let sample = sample((0..50).map(|_| hex(sound.bytes::<16>())));
    let mut told = Vec::new();
    let options = Options::new().guesses(200_000);
    let analysis = Analysis::watched(&sample, &options, &mut |progress| {
        told.push(progress.guesses);
        if told.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(told, [65_536, 131_072]);
    assert!(analysis.findings.is_empty());
}
