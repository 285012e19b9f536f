//! Does a sweep keep people from signing in?

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use handstamp::{Clock as _, Sessions, SystemClock, store::EmbeddedStore, testing::FakeClock};
use results::{Measured, Unit, work};

use super::{EACH, Place, noted};
use crate::{
    measure::{Latencies, process_cpu},
    population,
    report::Table,
};

/// The promise, in milliseconds at the 99th percentile.
const BOUND: f64 = 50.0;
const TASKS: usize = 8;
/// Every round makes new sessions that have run out, which takes longer than to sweep them.
const ROUNDS: usize = 3;
/// Names of the accounts of each round.
const NAMES: [&str; ROUNDS] = ["gone-a", "gone-b", "gone-c"];
/// Longer than the idle timeout, shorter than what an absent clock would be suspected for.
const AGO: Duration = Duration::from_secs(20 * 3600);

/// Prints what a sweep costs that finds nothing to do.
pub async fn idle(place: &Place, measured: &mut Measured) -> Result<()> {
    let sessions = place.sessions().build()?;
    let (start, cpu) = (Instant::now(), process_cpu());
    let report = sessions.sweep().await?;
    let (time, cpu) = (start.elapsed().as_secs_f64(), process_cpu().saturating_sub(cpu).as_secs_f64());
    ensure!(!report.suspended && report.seen >= place.size, "the sweep has not seen everybody: {report:?}");
    let mut table =
        Table::new("A sweep that finds nothing to do", &["live sessions", "seconds", "CPU seconds"]);
    table.add(vec![place.size.to_string(), format!("{time:.2}"), format!("{cpu:.2}")]);
    table.print();
    let row = noted(work::SWEEP_IDLE, place.size.to_string(), Unit::CpuMicroseconds, vec![cpu * 1e6]);
    measured.add(row);
    Ok(())
}

pub async fn run(folder: &Path, expired: usize, measured: &mut Measured) -> Result<bool> {
    let folder = folder.join("sweep");
    let store = EmbeddedStore::open(&folder)?;
    population::fill(&store, &folder, "here", expired / EACH, SystemClock::new()).await?;
    let sessions = Sessions::builder(store.clone()).key_folder(&folder).build()?;
    let (mut without, mut with, mut lengths) = (Latencies::default(), Latencies::default(), Vec::new());
    for name in NAMES {
        let long_ago = FakeClock::at(SystemClock::new().now().saturating_sub(AGO));
        population::fill(&store, &folder, name, expired / EACH, long_ago).await?;
        let (latencies, swept) = while_signing_in(&sessions, async {
            let start = Instant::now();
            let report = sessions.sweep().await?;
            Ok((start.elapsed(), report))
        })
        .await?;
        let (length, report) = swept;
        ensure!(report.ended == expired, "the sweep has ended {} of {expired}", report.ended);
        with.join(latencies);
        lengths.push(length.as_secs_f64());
        let quiet = async {
            tokio::time::sleep(length).await;
            Ok(())
        };
        without.join(while_signing_in(&sessions, quiet).await?.0);
    }
    let rounds = lengths.iter().map(|length| length * 1e3).collect();
    measured.add(noted(work::SWEEP, expired.to_string(), Unit::Milliseconds, rounds));
    for (setting, latencies) in [(work::WITHOUT_SWEEP, &without), (work::DURING_SWEEP, &with)] {
        for (name, share) in [(work::SIGN_IN_P50, 0.5), (work::SIGN_IN_P99, 0.99)] {
            measured.add(noted(name, setting, Unit::Milliseconds, vec![latencies.percentile(share)]));
        }
    }
    let title = format!(
        "Durable sign-ins of {TASKS} clients while {expired} sessions that have run out are swept, {ROUNDS} rounds; \
         a sweep took {:.1} to {:.1} s",
        lengths.iter().copied().fold(f64::INFINITY, f64::min),
        lengths.iter().copied().fold(0.0, f64::max),
    );
    let heads = ["sign-in, ms", "sign-ins", "p50", "p99", "longest", "p99 at most 50 more"];
    let mut table = Table::new(title, &heads);
    let verdict = table.verdict(with.percentile(0.99) - without.percentile(0.99) <= BOUND);
    for (name, latencies, verdict) in
        [("without", without, String::new()), ("during the sweep", with, verdict)]
    {
        table.add(vec![
            name.to_owned(),
            latencies.len().to_string(),
            format!("{:.1}", latencies.percentile(0.5)),
            format!("{:.1}", latencies.percentile(0.99)),
            format!("{:.1}", latencies.percentile(1.0)),
            verdict,
        ]);
    }
    Ok(table.print())
}

/// Lets people sign in while something else goes on.
async fn while_signing_in<T>(
    sessions: &Sessions,
    something: impl Future<Output = Result<T>>,
) -> Result<(Latencies, T)> {
    let over = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (sessions, over) = (sessions.clone(), over.clone());
            tokio::spawn(async move {
                let mut latencies = Latencies::default();
                while !over.load(Ordering::Relaxed) {
                    let start = Instant::now();
                    population::sign_in(&sessions, &format!("visitor-{}", fastrand::u32(..20_000))).await?;
                    latencies.add(start.elapsed());
                }
                anyhow::Ok(latencies)
            })
        })
        .collect();
    let done = something.await;
    over.store(true, Ordering::Relaxed);
    let mut all = Latencies::default();
    for task in tasks {
        all.join(task.await??);
    }
    Ok((all, done?))
}
