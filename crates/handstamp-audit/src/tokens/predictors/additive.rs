//! `rand` of glibc: each word is the sum of the third and the thirty-first before it, and loses its lowest bit when
//! it is shown. That bit may carry, so that each word is one of two.

use super::{Prediction, words};

const NEAR: usize = 3;
const FAR: usize = 31;

/// Words that have to follow for proof: of bytes, chance makes one in 128.
const PROOF: usize = 24;

pub(super) fn run(rows: &[Vec<u8>]) -> Option<Prediction> {
    for tokens in words::arranged(rows) {
        let words: Vec<u32> = tokens.iter().flatten().copied().collect();
        if words.iter().all(|word| word >> 31 == 0)
            && let Some(found) = proved(&words, 0x7FFF_FFFF, rows.len())
        {
            return Some(found);
        }
    }
    let bytes: Vec<u32> = rows.iter().flatten().map(|byte| u32::from(*byte)).collect();
    proved(&bytes, 0xFF, rows.len())
}

fn proved(words: &[u32], mask: u32, tokens: usize) -> Option<Prediction> {
    let all = words.len().checked_sub(FAR)?;
    let follows = |at: &usize| {
        let before = |lag: usize| at.checked_sub(lag).and_then(|at| words.get(at)).copied();
        let (Some(word), Some(near), Some(far)) = (words.get(*at), before(NEAR), before(FAR)) else {
            return false;
        };
        word.wrapping_sub(near).wrapping_sub(far) & mask <= 1
    };
    let predicted = (FAR..words.len()).filter(follows).count();
    let moves = words.iter().any(|word| word & mask > 1);
    if !moves || predicted < PROOF || predicted * 20 < all * 19 {
        return None;
    }
    let per_token = words.len() / tokens.max(1);
    let used = FAR.div_ceil(per_token.max(1));
    let generator = "rand of glibc (each word up to one carried bit)";
    Some(Prediction::whole(generator, used, tokens.saturating_sub(used), 32.0))
}
