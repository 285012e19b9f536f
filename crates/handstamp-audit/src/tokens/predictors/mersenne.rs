//! MT19937 (PHP, Python, Ruby, C++): 624 outputs are its whole state, once their tempering is undone.

use super::{Prediction, words};

const STATE: usize = 624;
const MIDDLE: usize = 397;

pub(super) fn run(rows: &[Vec<u8>]) -> Option<Prediction> {
    words::arranged(rows).iter().find_map(|tokens| attack(tokens))
}

fn attack(tokens: &[Vec<u32>]) -> Option<Prediction> {
    let per_token = tokens.first()?.len();
    let used = STATE.div_ceil(per_token);
    let words: Vec<u32> = tokens.iter().flatten().copied().collect();
    let state: Vec<u32> = words.iter().map(|word| untempered(*word)).collect();
    let is_predicted = |token: usize| {
        (token * per_token..(token + 1) * per_token)
            .all(|at| predicted(&state, at).is_some_and(|next| words.get(at) == Some(&tempered(next))))
    };
    let predicted = (used..tokens.len()).take_while(|token| is_predicted(*token)).count();
    // One word of 32 bits is chance in 2^32 tries; two are not.
    (predicted * per_token >= 2).then(|| Prediction::whole("MT19937", used, predicted, 19_937.0))
}

/// The word at a place, from the 624 before it.
fn predicted(state: &[u32], at: usize) -> Option<u32> {
    let from = at.checked_sub(STATE)?;
    let upper = state.get(from)? & 0x8000_0000 | state.get(from + 1)? & 0x7FFF_FFFF;
    let twist = if upper & 1 == 1 { 0x9908_B0DF } else { 0 };
    Some(state.get(from + MIDDLE)? ^ upper >> 1 ^ twist)
}

pub(super) fn tempered(mut y: u32) -> u32 {
    y ^= y >> 11;
    y ^= y << 7 & 0x9D2C_5680;
    y ^= y << 15 & 0xEFC6_0000;
    y ^ y >> 18
}

fn untempered(mut y: u32) -> u32 {
    y ^= y >> 18;
    y ^= y << 15 & 0xEFC6_0000;
    let shown = y;
    for _ in 0..5 {
        y = shown ^ y << 7 & 0x9D2C_5680;
    }
    let shown = y;
    for _ in 0..3 {
        y = shown ^ y >> 11;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tempering_is_undone() {
        for word in [0, 1, 0xDEAD_BEEF, u32::MAX, 0x1234_5678] {
            assert_eq!(untempered(tempered(word)), word);
        }
    }
}
