//! May this token in? From the near cache and from the store.

use std::time::Duration;

use anyhow::{Result, ensure};
use handstamp::{Activity, Sessions, Verdict};
use results::{Measured, work};

use super::{LARGE, Place, growth::Growth};
use crate::measure::{micros_each, thread_cpu};

/// Verdicts in a slice. Few enough that the sizes take turns within a second.
const WARM: usize = 20_000;
const COLD: usize = 5_000;
/// Verdicts between two looks at the clock, which are calls of the kernel.
const BATCH: usize = 100;
/// People who are about at the same time.
const BUSY: usize = 1_000;

/// One way of asking, at all sizes.
struct Way<'a> {
    name: &'static str,
    /// Of how many sessions, from the whole crowd.
    among: usize,
    asked: usize,
    sides: Vec<(Sessions, &'a [String])>,
}

pub async fn run(places: &[Place], rounds: usize, measured: &mut Measured) -> Result<bool> {
    let title = format!("Verdicts by number of live sessions, medians of {rounds} interleaved rounds");
    let mut growth = Growth::new(title, places.iter().map(|place| place.size).collect(), measured);
    let mut ways = vec![
        way(work::VERIFY_BUSY_NEAR, places, BUSY, WARM, |place| Ok(place.sessions().build()?))?,
        way(work::VERIFY_ALL_NEAR, places, usize::MAX, WARM, |place| {
            Ok(place.sessions().near_cache(LARGE).build()?)
        })?,
        way(work::VERIFY_BUSY_STORE, places, BUSY, COLD, |place| {
            Ok(place.sessions().without_near_cache().build()?)
        })?,
        way(work::VERIFY_ALL_STORE, places, usize::MAX, COLD, |place| {
            Ok(place.sessions().without_near_cache().build()?)
        })?,
    ];
    for way in &mut ways {
        eprintln!("{}", way.name);
        growth.add(way.name, &times(way, rounds).await?);
        // Caches are given back before the next way is measured.
        way.sides.clear();
    }
    Ok(growth.print())
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

/// The CPU time of a verdict, for each size in each round.
async fn times(way: &Way<'_>, rounds: usize) -> Result<Vec<Vec<f64>>> {
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
    Ok(times)
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
