//! Which clock a growing part shows, if one.

use super::ordered::Window;
use crate::{
    check::Severity,
    tokens::{
        decode::Field,
        finding::{Finding, FindingKind},
        options::Options,
        sample::{Sample, Token, micros},
    },
};

/// How far a server's clock may be from ours.
const SKEW: i128 = 300_000_000;

/// Without times of the tokens, a year around the time of their list is taken.
const AROUND: i128 = 366 * 86_400 * 1_000_000;

/// Tokens that dismiss a clock.
const FIRST: usize = 20;

struct Clock {
    name: &'static str,
    /// Ticks in a second.
    ticks: i128,
    /// The seconds from its beginning to 1970.
    before_1970: i128,
}

const CLOCKS: &[Clock] = &[
    Clock { name: "Unix seconds", ticks: 1, before_1970: 0 },
    Clock { name: "Unix milliseconds", ticks: 1_000, before_1970: 0 },
    Clock { name: "Unix microseconds", ticks: 1_000_000, before_1970: 0 },
    Clock { name: "Unix nanoseconds", ticks: 1_000_000_000, before_1970: 0 },
    Clock { name: "Windows file time", ticks: 10_000_000, before_1970: 11_644_473_600 },
    Clock { name: ".NET ticks", ticks: 10_000_000, before_1970: 62_135_596_800 },
    Clock { name: "UUID time", ticks: 10_000_000, before_1970: 12_219_292_800 },
    Clock { name: "KSUID seconds", ticks: 1, before_1970: -1_400_000_000 },
];

/// The finding for a window that grows.
pub(super) fn told(sample: &Sample, field: &Field, window: &Window, options: &Options) -> Finding {
    let places = window.places.clone().filter_map(|place| field.places.get(place).copied());
    let left = window.left;
    let finding = match clock(sample, window, options) {
        Some(name) => Finding::new(
            FindingKind::Timestamp,
            Severity::Information,
            format!(
                "{:.0} bits are a time ({name}), of which about {left:.0} have to be guessed",
                window.width
            ),
        ),
        None => Finding::new(
            FindingKind::Counter,
            Severity::Information,
            format!(
                "{:.0} bits grow from token to token, of which about {left:.0} have to be guessed",
                window.width
            ),
        ),
    };
    finding.at(places)
}

/// The clock that nearly all values show; a whole window may begin or end beside the time, so its higher bits and
/// lower bits are tried away.
fn clock(sample: &Sample, window: &Window, options: &Options) -> Option<&'static str> {
    let times: Vec<Option<(i64, i64)>> = sample.tokens.iter().map(Token::made).collect();
    let known = times.iter().flatten().count();
    let around = options.collected.map(|at| i128::from(micros(at)));
    let is_shown = |clock: &Clock, shift: u32, modulus: u32| {
        let shown = |value: u128| {
            let value = value >> shift & ((1 << modulus) - 1);
            let value = i128::try_from(value).unwrap_or(i128::MAX);
            (value - clock.before_1970 * clock.ticks) * 1_000_000 / clock.ticks
        };
        let fits = |(value, time): (&u128, &Option<(i64, i64)>)| {
            let shown = shown(*value);
            match (time, around) {
                (Some((from, to)), _) => (i128::from(*from) - SKEW..=i128::from(*to) + SKEW).contains(&shown),
                (None, Some(around)) if known == 0 => (around - AROUND..=around + AROUND).contains(&shown),
                _ => false,
            }
        };
        let pairs = || window.values.iter().zip(&times);
        // Most ways to read a window are dismissed by a few tokens.
        let begin = || pairs().filter(|(_, time)| known == 0 || time.is_some()).take(FIRST);
        if begin().filter(|pair| !fits(*pair)).count() * 4 > FIRST {
            return false;
        }
        let asked = if known == 0 { times.len() } else { known };
        let fitting = pairs().filter(|pair| fits(*pair)).count();
        let follows = || {
            let both = |(value, time): (&u128, &Option<(i64, i64)>)| Some((shown(*value), (*time)?));
            let mut both = pairs().filter_map(both);
            let (first, last) = (both.next(), both.next_back());
            let (Some((first, at)), Some((last, then))) = (first, last) else { return true };
            // The slope is one: it moved as far as the clock did, up to two seconds.
            ((last - first) - i128::from(then.1 - at.1)).abs() <= i128::from(at.1 - at.0) + 3_000_000
        };
        fitting * 20 >= asked * 19 && follows()
    };
    CLOCKS.iter().find_map(|clock| {
        let found = (0..=32).any(|shift| [64, 48, 44, 40, 32].iter().any(|m| is_shown(clock, shift, *m)));
        found.then_some(clock.name)
    })
}
