//! Generators that pass every test of randomness, and whose next token is known.

use handstamp_audit::{
    check::{Severity, Verdict},
    tokens::{Analysis, Finding, FindingKind, Options, Sample},
};

use super::generators::{Java, Mersenne, Sound, V8, glibc, hex, lcg, sample, xorshift, xorshift_plus};

fn predicted(sample: &Sample, kind: FindingKind) -> Finding {
    let analysis = Analysis::of(sample, &Options::new().guesses(0));
    assert_eq!(analysis.verdict(), Verdict::Fail { severity: Severity::High }, "{:?}", analysis.findings);
    let found = analysis.findings.iter().find(|finding| finding.kind == kind);
    found.unwrap_or_else(|| panic!("{:?}", analysis.findings)).clone()
}

fn words(count: usize, mut next: impl FnMut() -> u32) -> Sample {
    sample((0..count).map(|_| hex([next(), next(), next(), next()].map(u32::to_be_bytes).concat())))
}

#[test]
fn java_random_is_known_from_one_token() {
    for seed in 0..10 {
        let mut java = Java::new(seed);
        let found = predicted(&words(20, || java.next_int()), FindingKind::Predictable);
        assert!(
            found.headline.contains("java.util.Random: 1 tokens in a row give the state, and the 19 after")
        );
        let mut java = Java::new(seed);
        let longs = (0..20).map(|_| hex([java.next_long(), java.next_long()].map(u64::to_be_bytes).concat()));
        predicted(&sample(longs), FindingKind::Predictable);
        // `nextBytes` writes each word from its low end.
        let mut java = Java::new(seed);
        let mut bytes = || java.next_int().to_le_bytes();
        let bytes = (0..20).map(|_| hex([bytes(), bytes(), bytes(), bytes()].concat()));
        predicted(&sample(bytes), FindingKind::Predictable);
    }
}

#[test]
fn mt19937_is_known_after_156_tokens() {
    for seed in [1, 5489, 4_000_000_000] {
        let mut mersenne = Mersenne::new(seed);
        let found = predicted(&words(200, || mersenne.next_word()), FindingKind::Predictable);
        assert!(
            found.headline.contains("MT19937: 156 tokens in a row give the state, and the 44 after"),
            "{found:?}"
        );
        // `random.getrandbits(128)` of Python puts the first word last.
        let mut mersenne = Mersenne::new(seed);
        let python = (0..200).map(|_| {
            let mut words = [(); 4].map(|()| mersenne.next_word());
            words.reverse();
            hex(words.map(u32::to_be_bytes).concat())
        });
        predicted(&sample(python), FindingKind::Predictable);
    }
}

#[test]
fn congruential_generators_are_known_from_one_token() {
    predicted(&words(200, lcg(7)), FindingKind::Predictable);
    let mut minstd = 12_345_u64;
    let minstd = words(200, || {
        minstd = minstd * 48_271 % 2_147_483_647;
        u32::try_from(minstd).unwrap()
    });
    assert!(predicted(&minstd, FindingKind::Predictable).headline.contains("minstd"));
    let mut knuth = 1_u64;
    let mut wide = || {
        knuth = knuth.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        knuth.to_be_bytes()
    };
    let wide = sample((0..200).map(|_| hex([wide(), wide()].concat())));
    assert!(predicted(&wide, FindingKind::Predictable).headline.contains("64 bits"));
}

#[test]
fn rand_of_glibc_is_known_in_words_and_in_bytes() {
    assert!(predicted(&words(100, glibc(42)), FindingKind::Predictable).headline.contains("glibc"));
    let mut rand = glibc(1);
    let mut byte = || u8::try_from(rand() & 0xFF).unwrap();
    let bytes = sample((0..100).map(|_| hex((0..16).map(|_| byte()).collect::<Vec<_>>())));
    predicted(&bytes, FindingKind::Predictable);
}

#[test]
fn math_random_of_v8_is_known_wherever_its_cache_begins() {
    for skipped in [0, 1, 31, 63] {
        let mut v8 = V8::new(&mut Sound::new(40 + skipped));
        (0..skipped).for_each(|_| {
            v8.random();
        });
        let found = predicted(&sample((0..200).map(|_| v8.token())), FindingKind::Predictable);
        assert!(found.headline.contains("V8"), "{found:?}");
    }
}

#[test]
fn any_linear_generator_is_learned() {
    let whole = predicted(&sample(xorshift(50, 200)), FindingKind::Predictable);
    assert!(whole.headline.contains("a linear generator"), "{whole:?}");
    let part = predicted(&sample(xorshift_plus(51, 600)), FindingKind::LinearGenerator);
    assert!(part.headline.contains("2 of 128 bits"), "{part:?}");
}
