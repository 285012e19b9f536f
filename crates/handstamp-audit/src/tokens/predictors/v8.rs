//! `Math.random().toString(36)` of V8 (Chrome, Node, Deno): xorshift128+ whose sum is not used, so that every bit
//! shown is a sum of the 128 bits of its state. 64 values are made at once and given in reverse.

use super::Prediction;
use crate::tokens::{
    bits::{Bits, Equations},
    rank::{self, V8_CACHE},
};

/// Bits of each value that are used; newer versions show one more.
const SHOWN: usize = 52;

/// Values that give 260 equations for 128 unknowns: a solution is none of chance.
const TAKEN: usize = 5;

/// Values in a row that have to be predicted.
const PROOF: usize = 4;

/// Values in a row of which the rank is taken.
const WINDOW: usize = 3;

/// The rank that 128 bits of state can have, and a little more: a value whose top bit never varies, as that of hex read
/// in base 36, lacks a few of 156 and is no proof.
const LINEAR: usize = 132;

pub(super) fn run(texts: &[String]) -> Option<Prediction> {
    let values: Vec<u64> = texts.iter().map(|text| shown(text)).collect::<Option<_>>()?;
    let begins = (0..values.len().saturating_sub(TAKEN + PROOF)).take(V8_CACHE * 2);
    let exact = begins.step_by(TAKEN + 1).find_map(|from| attack(values.get(from..)?));
    exact.or_else(|| {
        let rows: Vec<Bits> = values.iter().map(|value| row(*value)).collect();
        let (rank, bits) = rank::with_cache(&rows, WINDOW)?;
        (rank <= LINEAR.min(bits.saturating_sub(1))).then(|| Prediction {
            generator: "Math.random of V8, by the rank of its values",
            used: values.len(),
            predicted: 0,
            #[expect(clippy::cast_precision_loss, reason = "a rank of at most 156")]
            state: rank as f64,
            part: Some((bits - rank, bits)),
        })
    })
}

/// The bits behind a text such as `0.x7k2m1p9qd` or the part of it behind the dot.
pub(super) fn shown(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0.").unwrap_or(text);
    // V8 writes as many digits as tell the value from its neighbours: mostly 10 to 12, more where it is small.
    if !(6..=14).contains(&digits.len()) || !digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'z')) {
        return None;
    }
    let value = digits.chars().try_fold(0_u128, |value, c| Some(value * 36 + u128::from(c.to_digit(36)?)))?;
    let whole = 36_u128.pow(u32::try_from(digits.len()).ok()?);
    let rounded = ((value << (SHOWN + 2)) / whole + 1) >> 1;
    u64::try_from(rounded >> 1).ok()
}

fn row(value: u64) -> Bits {
    (0..SHOWN).map(|bit| value >> bit & 1 == 1).collect()
}

/// Takes the state from the first values and follows the rest.
fn attack(values: &[u64]) -> Option<Prediction> {
    let mut state = solved(values.get(..TAKEN)?)?;
    let mut predicted = 0;
    for value in values.get(TAKEN..)? {
        let before = back(state);
        // Where a cache is used up, the next one begins with its last: 64 values on, and 63 more.
        let after = (0..2 * V8_CACHE - 1).fold(state, |state, _| step(state));
        state = match value {
            value if top(before) == *value => before,
            value if top(after) == *value => after,
            _ => break,
        };
        predicted += 1;
    }
    (predicted >= PROOF)
        .then(|| Prediction::whole("Math.random of V8 (xorshift128+)", TAKEN, predicted, 128.0))
}

/// The state behind the last of some values, which were made in reverse.
fn solved(values: &[u64]) -> Option<(u64, u64)> {
    // Each bit of the state as a sum of the 128 bits that the last value's state had.
    let mut low: Vec<Bits> = (0..64).map(unit).collect();
    let mut high: Vec<Bits> = (64..128).map(unit).collect();
    let mut equations = Equations::default();
    for value in values.iter().rev() {
        for bit in 0..SHOWN {
            let mut equation = low.get(64 - SHOWN + bit)?.clone();
            equation.set(128, value >> bit & 1 == 1);
            equations.add(equation, 128);
        }
        (low, high) = symbolic_step(&low, high);
    }
    if equations.is_contradicted() || equations.rank() < 128 {
        return None;
    }
    let solution = equations.solution(128)?;
    Some((*solution.words().first()?, *solution.words().get(1)?))
}

fn unit(at: usize) -> Bits {
    let mut bits = Bits::zeros(129);
    bits.set(at, true);
    bits
}

/// `step` with sums in the place of bits.
fn symbolic_step(low: &[Bits], high: Vec<Bits>) -> (Vec<Bits>, Vec<Bits>) {
    let mut new = low.to_vec();
    let plus = |words: &mut [Bits], source: &[Bits], place: &dyn Fn(usize) -> Option<usize>| {
        for (at, word) in words.iter_mut().enumerate() {
            if let Some(source) = place(at).and_then(|at| source.get(at)) {
                word.xor(source);
            }
        }
    };
    let copy = new.clone();
    plus(&mut new, &copy, &|at| at.checked_sub(23));
    let copy = new.clone();
    plus(&mut new, &copy, &|at| Some(at + 17));
    plus(&mut new, &high, &Some);
    plus(&mut new, &high, &|at| Some(at + 26));
    (high, new)
}

fn step((low, high): (u64, u64)) -> (u64, u64) {
    let mut new = low;
    new ^= new << 23;
    new ^= new >> 17;
    new ^= high ^ high >> 26;
    (high, new)
}

/// `step`, undone.
fn back((low, high): (u64, u64)) -> (u64, u64) {
    // What was high is low now; the rest of the step is undone with it.
    let mut old = high ^ low ^ low >> 26;
    old ^= old >> 17 ^ old >> 34 ^ old >> 51;
    old ^= old << 23 ^ old << 46;
    (old, low)
}

fn top((low, _): (u64, u64)) -> u64 {
    low >> (64 - SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_undone() {
        let mut state = (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210);
        for _ in 0..100 {
            assert_eq!(back(step(state)), state);
            state = step(state);
        }
    }
}
