//! Whether tokens compress better than simulated ones of the same shape. No theory says how well fair tokens do, so
//! that the chance is counted; it ends at 1 in 1,001 and can point at something, never reject alone.

use std::io::Write as _;

use flate2::{Compression, write::DeflateEncoder};

use super::{Effect, Family, Kept, Test};
use crate::tokens::{bounds::real, decode::Field, random::Simulated};

/// Simulated samples, where none of the first ones was as small.
const MOST: usize = 1_000;

/// So many that are as small end it (Besag and Clifford 1991): the chance is no small one then.
const ENOUGH: usize = 5;

/// The bytes that are compressed: more say no more.
const BYTES: usize = 16_384;

pub(super) fn run(field: &Field, kept: &Kept, seed: u64, tests: &mut Vec<Test>) {
    let sizes: Vec<(usize, u16)> = field
        .sizes
        .iter()
        .copied()
        .enumerate()
        .filter(|(place, _)| kept.places.get(*place).copied().unwrap_or(false))
        .collect();
    let tokens = field.symbols.len().min(BYTES / sizes.len().max(1));
    if sizes.is_empty() || tokens < 50 {
        return;
    }
    let own = field.symbols.iter().take(tokens);
    let own = own.flat_map(|row| sizes.iter().map(|(place, _)| row.get(*place).copied().unwrap_or(0)));
    let Some(own) = compressed(own) else { return };
    let mut random = Simulated::new(seed);
    let (mut made, mut as_small, mut total) = (0, 0, 0);
    while made < MOST && as_small < ENOUGH {
        let simulated = (0..tokens)
            .flat_map(|_| &sizes)
            .map(|(_, size)| u8::try_from(random.below(u32::from(*size))).unwrap_or(u8::MAX));
        let Some(size) = compressed(simulated) else { return };
        made += 1;
        total += size;
        as_small += usize::from(size <= own);
    }
    let p =
        if as_small >= ENOUGH { real(as_small) / real(made) } else { real(as_small + 1) / real(made + 1) };
    let effect = Effect { what: "compressed bytes", found: real(own), expected: real(total) / real(made) };
    tests.push(Test { family: Family::Compression, p, effect, places: [None, None] });
}

fn compressed(symbols: impl Iterator<Item = u8>) -> Option<usize> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&symbols.collect::<Vec<_>>()).ok()?;
    encoder.finish().ok().map(|bytes| bytes.len())
}
