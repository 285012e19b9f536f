//! Congruential generators that show their whole state: the next word is `a * x + c`, whatever `a` and `c` are.

use super::{Prediction, words};

/// The prime of `minstd` and `rand` of Apple and of C++.
const PRIME: u64 = (1 << 31) - 1;

/// Words that have to follow for proof, of 31 bits or more each.
const PROOF: usize = 4;

pub(super) fn run(rows: &[Vec<u8>]) -> Option<Prediction> {
    for tokens in words::arranged(rows) {
        let per_token = tokens.first().map_or(1, Vec::len);
        let words: Vec<u64> = tokens.iter().flatten().map(|word| u64::from(*word)).collect();
        let found = minstd(&words, per_token)
            .or_else(|| unknown(&words, per_token, 32, "a congruential generator of 32 bits"))
            .or_else(|| unknown(&words, per_token, 31, "a congruential generator of 31 bits"));
        if found.is_some() {
            return found;
        }
    }
    let wide = words::wide(rows);
    wide.iter().find_map(|words| {
        unknown(words, words.len() / rows.len().max(1), 64, "a congruential generator of 64 bits")
    })
}

fn minstd(words: &[u64], per_token: usize) -> Option<Prediction> {
    if words.iter().any(|word| *word == 0 || *word >= PRIME) {
        return None;
    }
    [16_807, 48_271, 69_621]
        .into_iter()
        .find_map(|multiplier| proved("minstd", words, per_token, 1, 31.0, |word| word * multiplier % PRIME))
}

/// A generator modulo a power of two: an odd difference has an inverse, so that three words give `a` and `c`.
fn unknown(words: &[u64], per_token: usize, bits: u32, name: &'static str) -> Option<Prediction> {
    let mask = u64::MAX >> (64 - bits);
    if words.iter().any(|word| word & !mask != 0) {
        return None;
    }
    words.windows(3).take(16).find_map(|three| {
        let [first, second, third] = three else { return None };
        let difference = second.wrapping_sub(*first);
        if difference & 1 == 0 {
            return None;
        }
        let a = third.wrapping_sub(*second).wrapping_mul(inverse(difference)) & mask;
        let c = second.wrapping_sub(a.wrapping_mul(*first)) & mask;
        proved(name, words, per_token, 3, f64::from(bits), |word| a.wrapping_mul(word).wrapping_add(c) & mask)
    })
}

/// Whether nearly every word follows from the one before; a generator that others use too skips some.
fn proved(
    name: &'static str,
    words: &[u64],
    per_token: usize,
    taken: usize,
    state: f64,
    next: impl Fn(u64) -> u64,
) -> Option<Prediction> {
    let pairs = words.windows(2).skip(taken.saturating_sub(1));
    let all = pairs.len();
    let follows = |pair: &[u64]| matches!(pair, [word, after] if next(*word) == *after);
    let predicted = pairs.filter(|pair| follows(pair)).count();
    let used = taken.div_ceil(per_token.max(1));
    let tokens = (words.len() / per_token.max(1)).saturating_sub(used);
    // A counter follows this rule as well, and so does a constant: neither is a generator.
    let moves =
        words.windows(3).any(|three| matches!(three, [x, y, z] if y.wrapping_sub(*x) != z.wrapping_sub(*y)));
    (moves && predicted >= PROOF && predicted * 10 >= all * 9)
        .then(|| Prediction::whole(name, used, tokens * predicted / all.max(1), state))
}

/// The inverse of an odd number modulo 2^64: each step of Newton doubles the bits that are right.
fn inverse(odd: u64) -> u64 {
    (0..6).fold(odd, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse))))
}
