//! How tokens are written: what is an identifier, what is not.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use handstamp_audit::{
    check::{Severity, Verdict},
    tokens::{Analysis, FindingKind, Options, Sample, Token},
};

use super::generators::{Sound, characters, hex, sample};

fn quick() -> Options {
    Options::new().guesses(0)
}

#[test]
fn a_signed_identifier_of_express_is_counted_without_its_signature() {
    let mut sound = Sound::new(20);
    let tokens = (0..200).map(|_| {
        let (id, signature) = (sound.bytes::<24>(), sound.block());
        format!("s%3A{}.{}", BASE64_URL_SAFE_NO_PAD.encode(id), BASE64_URL_SAFE_NO_PAD.encode(signature))
    });
    let analysis = Analysis::of(&sample(tokens), &quick());
    assert_eq!(analysis.verdict(), Verdict::Pass, "{:?}", analysis.findings);
    assert!((analysis.numbers.unwrap().nominal - 192.0).abs() < 1e-6);
    assert_eq!(analysis.signature.len(), 43);
}

#[test]
fn what_a_readable_token_says_of_a_person_is_found() {
    let mut sound = Sound::new(21);
    let tokens = (0..20).map(|index| {
        let payload = format!(r#"{{"user":"alice","login":{index}}}"#);
        let payload = BASE64_URL_SAFE_NO_PAD.encode(payload);
        let signature = BASE64_URL_SAFE_NO_PAD.encode(sound.block());
        Token::new(format!("{payload}.ZT-8sA.{signature}")).account("alice")
    });
    let analysis = Analysis::of(&Sample::new(tokens.collect::<Vec<_>>()).unwrap(), &quick());
    let kinds: Vec<_> = analysis.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::PersonalData, FindingKind::SelfContained]);
    assert_eq!(analysis.carries, ["login", "user"]);
    assert!(analysis.numbers.is_none());
}

#[test]
fn hostile_lists_are_read_without_harm() {
    for list in ["a\nb", "\u{e9}\n\u{1f600}", "%\n%zz", "....\n....", "e30\ne30", "--\n----", "0\n0"] {
        let analysis = Analysis::of(&Sample::read(list).unwrap(), &quick());
        assert_eq!(analysis.tokens, 2, "{list:?}");
    }
}

#[test]
fn a_name_in_base64_beside_random_text_is_read() {
    let mut sound = Sound::new(40);
    let names = ["alice@example.test", "carol@example.test"];
    let tokens = (0..40).map(|index| {
        let name = names[index % 2];
        let text = format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(name), hex(sound.bytes::<16>()));
        Token::new(text).account(name)
    });
    let analysis =
        Analysis::of(&Sample::new(tokens.collect::<Vec<_>>()).unwrap(), &Options::new().guesses(0));
    let found = analysis.findings.iter().find(|finding| finding.kind == FindingKind::PersonalData);
    assert!(found.unwrap().headline.contains("2 of the names"), "{:?}", analysis.findings);
}

#[test]
fn tokens_of_several_lengths_are_too_short_where_the_longest_is() {
    let mut sound = Sound::new(41);
    let short = |sound: &mut Sound, index: usize| {
        characters(sound, "0123456789abcdefghijklmnopqrstuvwxyz", 10 + index % 3)
    };
    let analysis = Analysis::of(
        &sample((0..200).map(|index| short(&mut sound, index)).collect::<Vec<_>>()),
        &Options::new().guesses(0),
    );
    let found = analysis.findings.iter().find(|finding| finding.kind == FindingKind::TooShort).unwrap();
    assert_eq!(found.severity, Severity::High);
}
