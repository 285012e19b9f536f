//! Parts that grow from token to token: counters and times, wherever they lie and however they are written.

use std::ops::Range;

use crate::tokens::{bounds::real, decode::Field};

/// Fewer tokens may grow by chance: 1 of 20! lists does.
const FEWEST: usize = 20;

/// A narrower window grows by chance where values are equal.
const NARROWEST: f64 = 12.0;

/// A wider one does not fit its type. Times have 64 bits at most, but decimal digits beside hex take four bits each.
const WIDEST: f64 = 120.0;

/// Steps are a list to choose from where each was taken so many times.
const REPEATED: usize = 8;

/// The most windows of one field.
const MOST: usize = 4;

/// A part whose value grows with the order of the tokens.
pub(super) struct Window {
    /// The characters that it covers.
    pub(super) places: Range<usize>,
    /// The bits that it covers, where characters are bits.
    pub(super) bits: Range<usize>,
    /// Its value in each token.
    pub(super) values: Vec<u128>,
    /// Bits that an attacker still has to guess of it, who knows the token before.
    pub(super) left: f64,
    /// Bits that the format gives it.
    pub(super) width: f64,
    is_little_endian: bool,
}

/// The parts that grow, the one that explains most first; they do not overlap.
pub(super) fn windows(field: &Field) -> Vec<Window> {
    let tokens = field.symbols.len();
    if tokens < FEWEST {
        return Vec::new();
    }
    let mut all: Vec<Window> = big_endian(field).chain(little_endian(field)).collect();
    // A wider one that explains no whole bit more only takes random characters with it.
    let explained = |window: &Window| (window.width - window.left).round();
    all.sort_by(|a, b| explained(b).total_cmp(&explained(a)).then(a.width.total_cmp(&b.width)));
    let mut found: Vec<Window> = Vec::new();
    for window in all {
        let is_apart = |other: &Window| {
            window.places.end <= other.places.start || other.places.end <= window.places.start
        };
        if found.len() < MOST && found.iter().all(is_apart) {
            found.push(window);
        }
    }
    found.into_iter().map(|window| ended_within(field, window)).collect()
}

/// The window with what it has of the character after it. A time may end within a character, and where it ticks as
/// fast as tokens come, only whole characters seem to grow: the rest of it would be taken for a bad generator.
fn ended_within(field: &Field, mut window: Window) -> Window {
    let next = window.places.end;
    let Some(size) = field.sizes.get(next).copied().filter(|_| !window.is_little_endian) else {
        return window;
    };
    if field.bits().is_none() {
        // Where the time ends within it cannot be told: nothing is asked of this character.
        window.places.end += 1;
        window.left += f64::from(size).log2();
        window.width += f64::from(size).log2();
        return window;
    }
    for shift in (1..size.ilog2()).rev() {
        let lower = field.column(next, shift);
        let is_constant = lower.ones() == 0 || lower.ones() == lower.len();
        let values =
            window.values.iter().enumerate().map(|(at, value)| value << 1 | u128::from(lower.get(at)));
        let values: Vec<u128> = values.collect();
        if is_constant || window.width >= WIDEST || !grows(&values) {
            break;
        }
        window.places.end = next + 1;
        window.bits.end += 1;
        window.width += 1.0;
        // A bit more to guess at most.
        window.left = open(&values).min(window.left + 1.0);
        window.values = values;
    }
    window
}

fn big_endian(field: &Field) -> impl Iterator<Item = Window> {
    let length = field.sizes.len();
    (0..length).flat_map(move |from| {
        let mut width = 0.0;
        let mut offsets = 0..0;
        let bits = field.bits().unwrap_or(0) as usize;
        (from..length).filter_map(move |to| {
            let size = field.sizes.get(to).copied().unwrap_or(1);
            width += f64::from(size).log2();
            let whole = if bits > 0 { size.checked_ilog2().unwrap_or(0) as usize } else { 0 };
            offsets = from * bits..(offsets.end.max(from * bits) + whole);
            if !(NARROWEST..=WIDEST).contains(&width) {
                return None;
            }
            let value = |row: &Vec<u8>| {
                let digits = row.iter().zip(&field.sizes).skip(from).take(to + 1 - from);
                digits.fold(0_u128, |value, (digit, size)| {
                    value.wrapping_mul(u128::from(*size)).wrapping_add(u128::from(*digit))
                })
            };
            judged(field.symbols.iter(), value, width).map(|(values, left)| Window {
                places: from..to + 1,
                bits: offsets.clone(),
                values,
                left,
                width,
                is_little_endian: false,
            })
        })
    })
}

fn little_endian(field: &Field) -> impl Iterator<Item = Window> {
    let rows = field.bytes.as_deref().unwrap_or_default();
    let length = rows.first().map_or(0, Vec::len);
    let bits = field.bits().unwrap_or(1) as usize;
    (0..length).flat_map(move |from| {
        [2_usize, 3, 4, 6, 8].into_iter().filter(move |bytes| from + bytes <= length).filter_map(
            move |bytes| {
                let value = |row: &Vec<u8>| {
                    let digits = row.iter().skip(from).take(bytes).rev();
                    digits.fold(0_u128, |value, digit| value << 8 | u128::from(*digit))
                };
                let width = (0..bytes).map(|_| 8.0).sum();
                judged(rows.iter(), value, width).map(|(values, left)| Window {
                    places: from * 8 / bits..((from + bytes) * 8).div_ceil(bits).min(field.sizes.len()),
                    bits: from * 8..(from + bytes) * 8,
                    values,
                    left,
                    width,
                    is_little_endian: true,
                })
            },
        )
    })
}

/// The values and what is left to guess, where the values grow.
fn judged<'a>(
    rows: impl Iterator<Item = &'a Vec<u8>> + Clone,
    value: impl Fn(&Vec<u8>) -> u128,
    width: f64,
) -> Option<(Vec<u128>, f64)> {
    // Most windows are dismissed by the first few tokens; a slow clock has not ticked in them.
    if falls(&rows.clone().take(FEWEST * 2).map(&value).collect::<Vec<_>>()) > 2 {
        return None;
    }
    let values: Vec<u128> = rows.map(value).collect();
    if !grows(&values) {
        return None;
    }
    let left = open(&values);
    let list = values.len().ilog2();
    // A sorted list of random values grows as well, but leaves nearly all of its bits open.
    (width - left >= f64::from(list) + 8.0).then_some((values, left))
}

/// Bits that an attacker has to guess of a value, who knows the one before: how far it may have gone, or, where steps
/// repeat, which of them it took.
fn open(values: &[u128]) -> f64 {
    let mut steps: Vec<u128> = values.windows(2).map(step).collect();
    steps.sort_unstable();
    // One step in a hundred may be an outlier: a restart, a second process.
    let large = steps.get(steps.len().saturating_sub(1) * 99 / 100).copied().unwrap_or(u128::MAX);
    #[expect(clippy::cast_precision_loss, reason = "its logarithm is wanted")]
    let large = large as f64;
    let taken = steps.len();
    steps.dedup();
    let farthest = (large + 1.0).log2();
    if steps.len() * REPEATED <= taken { farthest.min(real(steps.len()).log2()) } else { farthest }
}

fn step(pair: &[u128]) -> u128 {
    match pair {
        [before, after] => after.abs_diff(*before),
        _ => 0,
    }
}

/// Whether the values fall in hardly any step, and grow in any.
fn grows(values: &[u128]) -> bool {
    let allowed = if values.len() < 100 { 0 } else { values.len() / 20 };
    values.first() != values.last() && falls(values) <= allowed
}

fn falls(values: &[u128]) -> usize {
    values.windows(2).filter(|pair| pair.first() > pair.last()).count()
}
