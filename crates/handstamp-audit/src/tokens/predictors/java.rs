//! `java.util.Random`: a congruential generator of 48 bits that shows its upper 32. Two outputs leave 2^16 states,
//! which are tried.

use super::{Prediction, words};

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const MASK: u64 = (1 << 48) - 1;

/// Other parts of an application may have drawn numbers between two tokens; so many are passed over.
const BETWEEN: usize = 4_096;

/// Words that have to be predicted beyond those that the attack took: chance predicts two in 2^48 tries.
const PROOF: usize = 3;

pub(super) fn run(rows: &[Vec<u8>]) -> Option<Prediction> {
    let arranged = words::arranged(rows);
    arranged.iter().find_map(|tokens| attack(tokens).or_else(|| attack(&longs(tokens)?)))
}

fn attack(tokens: &[Vec<u32>]) -> Option<Prediction> {
    // One beginning may stand where somebody else drew a number.
    [0, tokens.len() / 2].into_iter().find_map(|from| attack_from(tokens.get(from..)?))
}

fn attack_from(tokens: &[Vec<u32>]) -> Option<Prediction> {
    let mut words = tokens.iter().flatten().copied();
    let (first, second) = (words.next()?, words.next()?);
    let per_token = tokens.first()?.len();
    let used = if per_token >= 2 { 1 } else { 2 };
    (0..1 << 16).find_map(|low| {
        let state = step(u64::from(first) << 16 | low);
        if shown(state) != second {
            return None;
        }
        // What is left of the tokens that were taken has to fit as well.
        let mut state = state;
        let mut proved = 0;
        for word in tokens.iter().take(used).flatten().skip(2) {
            state = step(state);
            if shown(state) != *word {
                return None;
            }
            proved += 1;
        }
        let mut predicted = 0;
        for token in tokens.iter().skip(used) {
            let Some(next) = follow(state, token, if predicted == 0 { 1 } else { BETWEEN }) else { break };
            state = next;
            predicted += 1;
            proved += token.len();
        }
        (predicted > 0 && proved >= PROOF)
            .then(|| Prediction::whole("java.util.Random", used, predicted, 48.0))
    })
}

/// The state after a token, where its words follow this state, perhaps after some that others drew.
fn follow(mut state: u64, token: &[u32], tries: usize) -> Option<u64> {
    for _ in 0..tries {
        let mut ahead = state;
        let fits = token.iter().all(|word| {
            ahead = step(ahead);
            shown(ahead) == *word
        });
        if fits {
            return Some(ahead);
        }
        state = step(state);
    }
    None
}

/// `nextLong` adds its second half with its sign, so that the first is one less where the second is negative.
fn longs(tokens: &[Vec<u32>]) -> Option<Vec<Vec<u32>>> {
    let is_even = tokens.first()?.len().is_multiple_of(2);
    let long = |pair: &[u32]| match pair {
        [high, low] => [high.wrapping_add(low >> 31), *low],
        _ => [0, 0],
    };
    is_even.then(|| tokens.iter().map(|token| token.chunks_exact(2).flat_map(long).collect()).collect())
}

fn step(state: u64) -> u64 {
    state.wrapping_mul(MULTIPLIER).wrapping_add(11) & MASK
}

fn shown(state: u64) -> u32 {
    u32::try_from(state >> 16 & 0xFFFF_FFFF).unwrap_or(0)
}
