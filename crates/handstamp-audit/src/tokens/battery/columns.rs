//! Tests of bits: each alone, over time, and with the others. Under fair and independent tokens each of them counts
//! heads of fair coins, so that every chance is exact.

use super::{Effect, FairCoins, Family, Kept, Test};
use crate::tokens::{bits::Bits, bounds::real, decode::Field};

/// Fewer tokens say nothing of a bit.
const FEWEST: usize = 32;

/// Bits that are looked at in pairs: more take minutes, and a token has no more.
const MOST: usize = 512;

/// The bits that are left, token after token.
pub(super) struct Columns {
    pub(super) all: Vec<Column>,
    pub(super) tokens: usize,
}

pub(super) struct Column {
    pub(super) bits: Bits,
    /// Where its character lies in the token.
    pub(super) place: usize,
}

impl Columns {
    pub(super) fn of(fields: &[Field], kept: &[Kept]) -> Self {
        let tokens = fields.first().map_or(0, |field| field.symbols.len());
        let all =
            fields.iter().zip(kept).flat_map(|(field, kept)| of_field(field, kept)).take(MOST).collect();
        Self { all, tokens }
    }
}

fn of_field(field: &Field, kept: &Kept) -> Vec<Column> {
    let place_of = |place: usize| field.places.get(place).copied().unwrap_or(place);
    if field.bits().is_some() {
        let columns = kept.columns.iter();
        return columns
            .map(|(place, shift)| Column { bits: field.column(*place, *shift), place: place_of(*place) })
            .collect();
    }
    // Characters of another alphabet are no bits, but half of an even alphabet is as good as a coin.
    let halves =
        field.sizes.iter().enumerate().filter(|(place, size)| {
            size.is_multiple_of(2) && kept.places.get(*place).copied().unwrap_or(false)
        });
    halves
        .flat_map(|(place, size)| {
            let value = move |row: &Vec<u8>| row.get(place).map_or(0, |value| u16::from(*value));
            let high: Bits = field.symbols.iter().map(|row| value(row) >= size / 2).collect();
            let odd: Bits = field.symbols.iter().map(|row| value(row) % 2 == 1).collect();
            [high, odd].map(|bits| Column { bits, place: place_of(place) })
        })
        .collect()
}

pub(super) fn run(columns: &Columns, coins: &mut FairCoins, tests: &mut Vec<Test>) {
    let tokens = columns.tokens;
    if tokens < FEWEST {
        return;
    }
    let lags = if tokens >= 20_000 { 64 } else { 16 };
    let mut add = |family, what, heads: usize, of: usize, places| {
        let effect = Effect { what, found: real(heads) / real(of), expected: 0.5 };
        tests.push(Test { family, p: coins.chance(heads, of), effect, places });
    };
    for Column { bits, place } in &columns.all {
        let here = [Some(*place), None];
        add(Family::Ones, "share of ones", bits.ones(), tokens, here);
        for lag in 1..=lags {
            let family = if lag == 1 { Family::Runs } else { Family::Lags };
            add(family, "share of changes", bits.differences(bits, lag), tokens - lag, here);
        }
    }
    for (index, one) in columns.all.iter().enumerate() {
        for other in columns.all.iter().skip(index + 1) {
            // Two halves of one character of an alphabet such as base62 are not quite independent.
            let both = [Some(one.place), Some(other.place)];
            if one.place != other.place {
                add(
                    Family::Pairs,
                    "share of differences",
                    one.bits.differences(&other.bits, 0),
                    tokens,
                    both,
                );
            }
            for (one, other) in [(one, other), (other, one)] {
                let differences = one.bits.differences(&other.bits, 1);
                add(Family::Neighbours, "share of differences", differences, tokens - 1, both);
            }
        }
    }
}
