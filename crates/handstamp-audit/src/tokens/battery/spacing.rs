//! Birthday spacings (Marsaglia): how often two of the distances between sorted values are equal.

use statrs::distribution::{DiscreteCDF as _, Poisson};

use super::{Effect, Family, Kept, Test};
use crate::tokens::{bounds::real, decode::Field};

/// Values in a group and bits of a value, so that a group has two or four equal distances by chance.
const GROUPS: [(usize, usize, f64); 2] = [(512, 3, 2.0), (4_096, 4, 4.0)];

pub(super) fn run(field: &Field, kept: &Kept, tests: &mut Vec<Test>) {
    let Some(rows) = &field.bytes else { return };
    let bits = field.bits().unwrap_or(1) as usize;
    for (group, bytes, expected) in GROUPS {
        let groups = rows.len() / group;
        let length = rows.first().map_or(0, Vec::len);
        if groups == 0 {
            continue;
        }
        for from in 0..(length + 1).saturating_sub(bytes) {
            let places = from * 8 / bits..((from + bytes) * 8).div_ceil(bits);
            if !places.clone().all(|place| kept.places.get(place).copied().unwrap_or(false)) {
                continue;
            }
            let found: usize = rows.chunks_exact(group).map(|rows| equal_distances(rows, from, bytes)).sum();
            let expected = expected * real(groups);
            let Ok(poisson) = Poisson::new(expected) else { continue };
            let found_u64 = u64::try_from(found).unwrap_or(u64::MAX);
            let above = found_u64.checked_sub(1).map_or(1.0, |below| poisson.sf(below));
            let p = (2.0 * above.min(poisson.cdf(found_u64))).min(1.0);
            let effect = Effect { what: "equal distances", found: real(found), expected };
            let places = [field.places.get(places.start).copied(), None];
            tests.push(Test { family: Family::Spacings, p, effect, places });
        }
    }
}

fn equal_distances(rows: &[Vec<u8>], from: usize, bytes: usize) -> usize {
    let value = |row: &Vec<u8>| {
        row.iter().skip(from).take(bytes).fold(0_u64, |value, byte| value << 8 | u64::from(*byte))
    };
    let mut values: Vec<u64> = rows.iter().map(value).collect();
    values.sort_unstable();
    let distances = values.windows(2).map(|pair| pair.last().unwrap_or(&0) - pair.first().unwrap_or(&0));
    let mut distances: Vec<u64> = distances.collect();
    distances.sort_unstable();
    distances.windows(2).filter(|pair| pair.first() == pair.last()).count()
}
