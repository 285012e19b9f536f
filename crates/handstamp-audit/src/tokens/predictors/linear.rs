//! Any generator whose step is linear over GF(2): shift registers, xorshift, Tausworthe, CRC. Whatever it is, the
//! bits of a token are then sums of bits of the tokens before, and sums can be learned.

use super::Prediction;
use crate::tokens::{bits::Bits, decode::Field, structure::Kept};

/// Tokens before the one that is predicted.
const MOST_BEFORE: usize = 3;

/// More bits than these make systems that take minutes.
const MOST_UNKNOWN: usize = 800;

/// Equations above the number of unknowns, so that a sum that holds for all of them holds by no chance.
const SPARE: usize = 40;

/// Tokens that are held out.
const HELD_OUT: usize = 16;

/// The tokens of which one bit's own recurrence is looked for.
const LONGEST: usize = 1_024;

pub(super) fn run(field: &Field, kept: &Kept) -> Option<Prediction> {
    let columns: Vec<Bits> = kept.columns.iter().map(|(place, shift)| field.column(*place, *shift)).collect();
    if columns.len() < 8 {
        return None;
    }
    (1..=MOST_BEFORE).find_map(|before| sums(&columns, before)).or_else(|| recurrences(&columns))
}

/// Learns each bit as a sum of the bits of some tokens before.
fn sums(columns: &[Bits], before: usize) -> Option<Prediction> {
    let unknown = columns.len() * before + 1;
    let tokens = columns.first()?.len();
    let needed = unknown + SPARE + HELD_OUT + before;
    if unknown > MOST_UNKNOWN || tokens < needed {
        return None;
    }
    let row = |at: usize| -> Bits {
        let earlier = (at - before..at).flat_map(|at| columns.iter().map(move |column| column.get(at)));
        let own = columns.iter().map(|column| column.get(at));
        earlier.chain([true]).chain(own).collect()
    };
    let mut rows: Vec<(usize, Bits)> = Vec::new();
    let reduced = |rows: &[(usize, Bits)], mut row: Bits| {
        for (pivot, other) in rows {
            if row.get(*pivot) {
                row.xor(other);
            }
        }
        row
    };
    let mut learned: Vec<bool> = vec![true; columns.len()];
    let mut checked = 0;
    let last = needed.max(tokens.min(needed + HELD_OUT));
    for at in before..last {
        let left = reduced(&rows, row(at));
        match left.first_one() {
            Some(pivot) if pivot < unknown => rows.push((pivot, left)),
            _ => {
                // Everything before is a sum of what was seen: what is left over contradicts.
                checked += 1;
                for (bit, learned) in learned.iter_mut().enumerate() {
                    *learned &= !left.get(unknown + bit);
                }
                if !learned.contains(&true) {
                    return None;
                }
            }
        }
    }
    let part = learned.iter().filter(|learned| **learned).count();
    (checked >= SPARE + HELD_OUT).then(|| Prediction {
        generator: "a linear generator",
        used: before,
        predicted: HELD_OUT,
        #[expect(clippy::cast_precision_loss, reason = "a state has a few thousand bits at most")]
        state: rows.len() as f64,
        part: (part < columns.len()).then_some((part, columns.len())),
    })
}

/// Bits that follow a recurrence of their own, as the lowest bit of xorshift128+ does (Berlekamp and Massey).
fn recurrences(columns: &[Bits]) -> Option<Prediction> {
    let tokens = columns.first()?.len().min(LONGEST);
    let learned = tokens.checked_sub(2 * HELD_OUT)?;
    let short = (learned / 2).checked_sub(SPARE / 2)?;
    let complexity = |column: &Bits| linear_complexity(column, tokens, short);
    let found: Vec<usize> = columns.iter().filter_map(complexity).collect();
    let state = *found.iter().max()?;
    Some(Prediction {
        generator: "a linear generator",
        used: 2 * state,
        predicted: 2 * HELD_OUT,
        #[expect(clippy::cast_precision_loss, reason = "a state has a few thousand bits at most")]
        state: state as f64,
        part: Some((found.len(), columns.len())),
    })
}

/// The length of the shortest recurrence, unless it is longer than `short` and proves nothing. Constant bits have
/// been taken away before.
fn linear_complexity(column: &Bits, tokens: usize, short: usize) -> Option<usize> {
    let words = tokens / 64 + 2;
    let (mut current, mut previous) = (vec![0_u64; words], vec![0_u64; words]);
    *current.first_mut()? = 1;
    *previous.first_mut()? = 1;
    // The bits seen so far, the newest first.
    let mut seen = vec![0_u64; words];
    let (mut length, mut since) = (0_usize, 1_usize);
    for at in 0..tokens {
        shift(&mut seen, 1);
        if let Some(word) = seen.first_mut() {
            *word |= u64::from(column.get(at));
        }
        let sum = current.iter().zip(&seen).fold(0, |sum, (own, seen)| sum ^ own & seen);
        if sum.count_ones() % 2 == 0 {
            since += 1;
            continue;
        }
        let before = (2 * length <= at).then(|| current.clone());
        let mut moved = previous.clone();
        shift(&mut moved, since);
        current.iter_mut().zip(&moved).for_each(|(own, moved)| *own ^= moved);
        if let Some(before) = before {
            length = at + 1 - length;
            previous = before;
            since = 0;
        }
        since += 1;
        if length > short {
            return None;
        }
    }
    Some(length)
}

fn shift(words: &mut [u64], by: usize) {
    let (skip, by) = (by / 64, by % 64);
    for at in (0..words.len()).rev() {
        let word = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or(0);
        let source = at.checked_sub(skip);
        let mut moved = word(source) << by;
        if by > 0 {
            moved |= word(source.and_then(|at| at.checked_sub(1))) >> (64 - by);
        }
        if let Some(place) = words.get_mut(at) {
            *place = moved;
        }
    }
}
