//! May this token in? From the near cache and from the store.

use std::time::Duration;

use anyhow::{Result, ensure};
use handstamp::{Activity, Sessions, Verdict};

use super::Place;
use crate::{
    measure::{median, micros_each, spread, thread_cpu},
    report::Table,
};

/// The promise: so many times the smallest.
const BOUND: f64 = 1.5;
/// Verdicts in a slice. Few enough that the sizes take turns within a second.
const WARM: usize = 20_000;
const COLD: usize = 5_000;
/// Verdicts between two looks at the clock, which are calls of the kernel.
const BATCH: usize = 100;
/// People who are about at the same time.
const BUSY: usize = 1_000;
/// A near cache that holds a million.
const LARGE: usize = 2 << 30;

/// One way of asking, at all sizes.
struct Way<'a> {
    name: &'static str,
    /// Of how many sessions, from the whole crowd.
    among: usize,
    asked: usize,
    sides: Vec<(Sessions, &'a [String])>,
}

pub async fn run(places: &[Place], rounds: usize) -> Result<bool> {
    let mut heads = vec!["verify, CPU us".to_owned()];
    heads.extend(places.iter().map(|place| place.size.to_string()));
    heads.extend(["largest to smallest", "rounds", "at most 1.5"].map(str::to_owned));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let title = format!("Verdicts by number of live sessions, medians of {rounds} interleaved rounds");
    let mut table = Table::new(title, &heads);
    let mut ways = vec![
        way("1,000 people, near cache", places, BUSY, WARM, |place| Ok(place.sessions().build()?))?,
        way("everybody, near cache of all", places, usize::MAX, WARM, |place| {
            Ok(place.sessions().near_cache(LARGE).build()?)
        })?,
        way("1,000 people, store", places, BUSY, COLD, |place| {
            Ok(place.sessions().without_near_cache().build()?)
        })?,
        way("everybody, store", places, usize::MAX, COLD, |place| {
            Ok(place.sessions().without_near_cache().build()?)
        })?,
    ];
    for way in &mut ways {
        add(&mut table, way, rounds).await?;
        // Caches are given back before the next way is measured.
        way.sides.clear();
    }
    Ok(table.print())
}

fn way<'a>(
    name: &'static str,
    places: &'a [Place],
    among: usize,
    asked: usize,
    sessions: impl Fn(&Place) -> Result<Sessions>,
) -> Result<Way<'a>> {
    let sides = places.iter().map(|place| Ok((sessions(place)?, place.tokens.as_slice())));
    Ok(Way { name, among, asked, sides: sides.collect::<Result<_>>()? })
}

async fn add(table: &mut Table, way: &Way<'_>, rounds: usize) -> Result<()> {
    // People are drawn from the whole crowd, so that those at a time lie anywhere in the file.
    let crowds: Vec<Vec<&String>> = way
        .sides
        .iter()
        .map(|(_, tokens)| {
            let step = (tokens.len() / way.among.min(tokens.len())).max(1);
            tokens.iter().step_by(step).collect()
        })
        .collect();
    for ((sessions, _), crowd) in way.sides.iter().zip(&crowds) {
        for token in crowd {
            ask(sessions, token).await?;
        }
        if let Some(cached) = sessions.cache_metrics() {
            ensure!(cached.evicted == 0, "the near cache is too small for this measurement");
        }
    }
    let mut times = vec![Vec::new(); way.sides.len()];
    for round in 0..=rounds {
        for (((sessions, _), crowd), times) in way.sides.iter().zip(&crowds).zip(&mut times) {
            let time = slice(sessions, crowd, way.asked).await?;
            // The first round warms up.
            if round > 0 {
                times.push(time);
            }
        }
    }
    let (Some(smallest), Some(largest)) = (times.first(), times.last()) else { return Ok(()) };
    let ratios: Vec<f64> =
        largest.iter().zip(smallest).map(|(largest, smallest)| largest / smallest).collect();
    let ratio = median(&ratios);
    let mut cells = vec![way.name.to_owned()];
    cells.extend(times.iter().map(|times| format!("{:.2}", median(times))));
    cells.extend([format!("{ratio:.2}"), spread(&ratios), table.verdict(ratio <= BOUND)]);
    table.add(cells);
    Ok(())
}

/// CPU time of a verdict, in microseconds.
async fn slice(sessions: &Sessions, crowd: &[&String], asked: usize) -> Result<f64> {
    let mut time = Duration::ZERO;
    for _ in 0..asked / BATCH {
        // Copied before the clock starts, as a request has just been read from its connection.
        let presented: Vec<String> =
            (0..BATCH).map(|_| crowd[fastrand::usize(..crowd.len())].clone()).collect();
        let start = thread_cpu();
        for token in &presented {
            ask(sessions, token).await?;
        }
        time += thread_cpu().saturating_sub(start);
    }
    Ok(micros_each(time, asked))
}

/// Watched, not used: how often a use has to be written depends on how many people there are, and is
/// the background's work.
async fn ask(sessions: &Sessions, token: &str) -> Result<()> {
    let verdict = sessions.resume(token.as_bytes(), Activity::Watch).await;
    ensure!(matches!(verdict, Verdict::Active(_)), "somebody who is signed in was refused");
    Ok(())
}
