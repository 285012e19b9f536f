//! What careless programs make tokens of, the likeliest first.

use std::{fmt::Write as _, ops::ControlFlow};

use crate::tokens::{
    options::Options,
    sample::{Sample, Token, micros},
};

/// Tokens around whose times milliseconds and microseconds are tried: two have to match.
const TIMED: usize = 4;

/// The most microseconds that are tried around one token.
const WINDOW: i64 = 400_000;

const DAY: i64 = 86_400;
const MILLION: i64 = 1_000_000;

/// Counters and seeds in their usual spellings, up to here without being asked for more.
const COUNTERS: u64 = 1_000_000;
const SEEDS: u64 = 1 << 24;

/// One guess, and what it is in words.
pub(super) struct Guess<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) what: &'static str,
}

type Take<'a> = dyn FnMut(Guess<'_>) -> ControlFlow<()> + 'a;

/// Makes every guess, until the taker has enough.
pub(super) fn all(sample: &Sample, options: &Options, take: &mut Take<'_>) -> ControlFlow<()> {
    let words = words(sample, options);
    let windows = windows(sample);
    for word in &words {
        take(Guess { bytes: word.as_bytes(), what: "a name" })?;
    }
    numbers(0..0x1_0000, take)?;
    seconds(sample, options, &words, take)?;
    for (from, to) in windows {
        moments(from, to, &words, take)?;
    }
    for word in &words {
        for joint in ["", ":", "-", "_", "|", "."] {
            for number in 0..10_000 {
                let text = format!("{word}{joint}{number}");
                take(Guess { bytes: text.as_bytes(), what: "a name and a number" })?;
            }
        }
    }
    numbers(0x1_0000..COUNTERS, take)?;
    numbers(COUNTERS..SEEDS, take)
}

/// Numbers as text, as text in hex, and as integers of 2, 4 and 8 bytes from either end.
fn numbers(range: std::ops::Range<u64>, take: &mut Take<'_>) -> ControlFlow<()> {
    let what = "a small number, such as a counter, a process or a seed";
    let mut text = String::new();
    for number in range {
        text.clear();
        let _ = write!(text, "{number}");
        take(Guess { bytes: text.as_bytes(), what })?;
        let wide = number.to_be_bytes();
        let low = number.to_le_bytes();
        if number < 0x1_0000 {
            text.clear();
            let _ = write!(text, "{number:x}");
            take(Guess { bytes: text.as_bytes(), what })?;
            for bytes in [wide.get(6..), low.get(..2)].into_iter().flatten() {
                take(Guess { bytes, what })?;
            }
        }
        for bytes in [wide.get(4..), low.get(..4), Some(&wide), Some(&low)].into_iter().flatten() {
            take(Guess { bytes, what })?;
        }
    }
    ControlFlow::Continue(())
}

/// Unix seconds within a day of the sample, alone and beside names.
fn seconds(sample: &Sample, options: &Options, words: &[String], take: &mut Take<'_>) -> ControlFlow<()> {
    let times: Vec<(i64, i64)> = sample.tokens.iter().filter_map(Token::made).collect();
    let first = times.iter().map(|(from, _)| *from).min();
    let last = times.iter().map(|(_, to)| *to).max();
    let (Some(first), Some(last)) =
        (first.or(options.collected.map(micros)), last.or(options.collected.map(micros)))
    else {
        return ControlFlow::Continue(());
    };
    let (first, last) = (first / MILLION, last / MILLION);
    let span = first - DAY..=(last + DAY).min(first + 30 * DAY);
    for second in span {
        let text = second.to_string();
        take(Guess { bytes: text.as_bytes(), what: "a time in seconds" })?;
        if let Ok(short) = u32::try_from(second) {
            take(Guess { bytes: &short.to_be_bytes(), what: "a time in seconds" })?;
            take(Guess { bytes: &short.to_le_bytes(), what: "a time in seconds" })?;
        }
    }
    for second in first - 60..=(last + 60).min(first + 3_600) {
        for word in words {
            for text in [format!("{word}{second}"), format!("{second}{word}"), format!("{word}:{second}")] {
                take(Guess { bytes: text.as_bytes(), what: "a name and a time in seconds" })?;
            }
        }
        for process in 0..500 {
            let text = format!("{process}{second}");
            take(Guess { bytes: text.as_bytes(), what: "a process and a time in seconds" })?;
        }
    }
    ControlFlow::Continue(())
}

/// Milliseconds and microseconds in which a token may have been made, as languages write them.
fn moments(from: i64, to: i64, words: &[String], take: &mut Take<'_>) -> ControlFlow<()> {
    for milli in from / 1_000..=to / 1_000 {
        let text = milli.to_string();
        take(Guess { bytes: text.as_bytes(), what: "a time in milliseconds" })?;
        take(Guess { bytes: &milli.to_be_bytes(), what: "a time in milliseconds" })?;
        for word in words {
            for text in [format!("{word}{milli}"), format!("{milli}{word}"), format!("{word}:{milli}")] {
                take(Guess { bytes: text.as_bytes(), what: "a name and a time in milliseconds" })?;
            }
        }
    }
    for micro in from..=to {
        let (second, rest) = (micro / MILLION, micro % MILLION);
        let text = micro.to_string();
        take(Guess { bytes: text.as_bytes(), what: "a time in microseconds" })?;
        let text = format!("{second:x}{rest:05x}");
        take(Guess { bytes: text.as_bytes(), what: "uniqid() of PHP" })?;
        let text = format!("0.{rest:06}00 {second}");
        take(Guess { bytes: text.as_bytes(), what: "microtime() of PHP" })?;
        let text = format!("{second}.{rest:06}");
        take(Guess { bytes: text.as_bytes(), what: "a time with microseconds" })?;
    }
    ControlFlow::Continue(())
}

/// When some of the tokens may have been made, each for itself.
fn windows(sample: &Sample) -> Vec<(i64, i64)> {
    // A `Date` is too coarse here: our own clock is right on the same machine, and close elsewhere.
    let own = sample.tokens.iter().filter_map(|token| Some((micros(token.sent?), micros(token.received?))));
    let mut windows: Vec<(i64, i64)> = own.filter(|(from, to)| to - from <= WINDOW).collect();
    windows.sort_by_key(|(from, to)| to - from);
    windows.truncate(TIMED);
    windows
}

/// What is known of the accounts: their names, and the words that were given, as they are and in small letters.
fn words(sample: &Sample, options: &Options) -> Vec<String> {
    let accounts = sample.tokens.iter().filter_map(|token| token.account.clone());
    let mut words: Vec<String> = accounts.chain(options.words.iter().cloned()).collect();
    words.extend(words.clone().iter().map(|word| word.to_lowercase()));
    words.sort();
    words.dedup();
    words.truncate(16);
    words
}
