//! What a cached session takes, all included.
//!
//! Measured as the growth of a process's resident memory while it fills its near cache. A process of its
//! own does it: memory that was freed before and is used again would not show.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use handstamp::{Activity, Sessions, Verdict, store::EmbeddedStore};
use results::{Measured, Unit, work};

use super::{Closed, LARGE, TOKENS, noted};
use crate::{
    measure::{median, real},
    report::Table,
};

const BOUND: f64 = 1024.0;
/// The near cache's default size, which a million sessions do not fit in.
const DEFAULT: usize = 64 << 20;
/// What is resumed before the first look at the memory, so that what any process needs is no part of it.
const WARM_UP: usize = 20_000;
/// Figures hardly differ, and a million sessions take a minute.
const ROUNDS: usize = 3;

/// With a near cache of everybody at each size, and with the default one beside the largest.
pub fn run(places: &[Closed], rounds: usize, measured: &mut Measured) -> Result<bool> {
    let heads =
        ["near cache", "sessions cached", "its own count, bytes each", "resident, bytes each", "1,024"];
    let mut table = Table::new("Memory of a cached session", &heads);
    let of_all = places.iter().map(|place| (place, LARGE, place.size.to_string()));
    let of_default = places.last().map(|place| (place, DEFAULT, "64 MiB".to_owned()));
    for (place, cache, setting) in of_all.chain(of_default) {
        eprintln!("memory, {setting}");
        let rounds = (0..rounds.clamp(1, ROUNDS)).map(|_| filled(&place.folder, cache));
        let rounds = rounds.collect::<Result<Vec<_>>>()?;
        let counted: Vec<f64> = rounds.iter().map(|filled| filled.counted / filled.entries).collect();
        let resident: Vec<f64> = rounds.iter().map(|filled| filled.resident / filled.entries).collect();
        let entries: Vec<f64> = rounds.iter().map(|filled| filled.entries).collect();
        let verdict = table.verdict(median(&resident) <= BOUND && median(&counted) <= BOUND);
        table.add(vec![
            setting.clone(),
            format!("{:.0}", median(&entries)),
            format!("{:.0}", median(&counted)),
            format!("{:.0}", median(&resident)),
            verdict,
        ]);
        measured.add(noted(work::MEMORY, setting.clone(), Unit::Bytes, resident));
        measured.add(noted(work::MEMORY_COUNTED, setting, Unit::Bytes, counted));
    }
    Ok(table.print())
}

/// A near cache once it is full, or has everybody.
struct Filled {
    entries: f64,
    counted: f64,
    resident: f64,
}

fn filled(folder: &Path, cache: usize) -> Result<Filled> {
    let output = Command::new(std::env::current_exe()?)
        .arg("memory-child")
        .arg(folder)
        .arg(cache.to_string())
        .output()?;
    ensure!(
        output.status.success(),
        "the measuring process failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let &[entries, counted, resident] = numbers.as_slice() else { anyhow::bail!("not understood: {text}") };
    Ok(Filled { entries, counted, resident })
}

/// Fills a near cache and prints entries, bytes by its own count, bytes by the kernel's.
pub async fn child(folder: &Path, cache: usize) -> Result<()> {
    let tokens = fs::read_to_string(folder.join(TOKENS))?;
    // Small, and full before the first look at the memory, so that its growth is no part of it.
    let store = EmbeddedStore::options().cache_bytes(4 << 20).open(folder)?;
    let without = Sessions::builder(store.clone()).key_folder(folder).without_near_cache().build()?;
    let sessions = Sessions::builder(store).key_folder(folder).near_cache(cache).build()?;
    let used = |verdict| matches!(verdict, Verdict::Active(_));
    for token in tokens.lines().cycle().take(WARM_UP) {
        ensure!(used(without.resume(token.as_bytes(), Activity::Watch).await), "refused");
    }
    // A near cache keeps nothing until it follows the store's feed.
    let first = tokens.lines().next().context("nobody is signed in")?;
    while sessions.cache_metrics().is_some_and(|cached| cached.entries == 0) {
        ensure!(used(sessions.resume(first.as_bytes(), Activity::Watch).await), "refused");
        tokio::task::yield_now().await;
    }
    let before = resident()?;
    for token in tokens.lines() {
        // Used: what is kept of the last use counts, too.
        ensure!(used(sessions.resume(token.as_bytes(), Activity::Use).await), "refused");
        if sessions.cache_metrics().is_some_and(|cached| cached.evicted > 0) {
            break;
        }
    }
    let after = resident()?;
    let cached = sessions.cache_metrics().context("there is no cache")?;
    ensure!(
        cached.evicted > 0 || cached.entries == tokens.lines().count() as u64,
        "{} sessions are cached, and none had to go",
        cached.entries
    );
    println!("{} {} {}", cached.entries, cached.bytes, after - before);
    Ok(())
}

/// Bytes of this process that lie in memory.
fn resident() -> Result<f64> {
    let text = fs::read_to_string("/proc/self/statm").context("resident memory is read from /proc")?;
    let pages = text.split_whitespace().nth(1).context("statm has no second number")?;
    Ok(pages.parse::<f64>()? * real(rustix::param::page_size()))
}
