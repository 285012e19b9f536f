//! What a cached session takes, all included.
//!
//! Measured as the growth of a process's resident memory while it fills its near cache. A process of its
//! own does it: memory that was freed before and is used again would not show.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use handstamp::{Activity, Sessions, SystemClock, Verdict, store::EmbeddedStore};

use crate::{
    measure::real,
    population::{self, EACH},
    report::Table,
};

/// More than a cache of the default size holds.
const SESSIONS: usize = 200_000;
const BOUND: f64 = 1024.0;

pub async fn run(folder: &Path) -> Result<bool> {
    let folder = folder.join("memory");
    let store = EmbeddedStore::open(&folder)?;
    let tokens = population::fill(&store, &folder, "account", SESSIONS / EACH, SystemClock::new()).await?;
    drop(store);
    fs::write(folder.join("tokens"), tokens.join("\n"))?;
    let output = Command::new(std::env::current_exe()?).arg("memory-child").arg(&folder).output()?;
    ensure!(
        output.status.success(),
        "the measuring process failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let &[entries, counted, resident] = numbers.as_slice() else { anyhow::bail!("not understood: {text}") };
    let heads = ["sessions cached", "its own count, bytes each", "resident, bytes each", "at most 1,024"];
    let mut table = Table::new("Memory of a near cache of the default 64 MiB, filled", &heads);
    let verdict = table.verdict(resident / entries <= BOUND && counted / entries <= BOUND);
    table.add(vec![
        format!("{entries:.0}"),
        format!("{:.0}", counted / entries),
        format!("{:.0}", resident / entries),
        verdict,
    ]);
    Ok(table.print())
}

/// Fills a near cache and prints entries, bytes by its own count, bytes by the kernel's.
pub async fn child(folder: &Path) -> Result<()> {
    let tokens = fs::read_to_string(folder.join("tokens"))?;
    // Small, and full before the first look at the memory, so that its growth is no part of it.
    let store = EmbeddedStore::options().cache_bytes(4 << 20).open(folder)?;
    let without = Sessions::builder(store.clone()).key_folder(folder).without_near_cache().build()?;
    let sessions = Sessions::builder(store).key_folder(folder).build()?;
    let used = |verdict| matches!(verdict, Verdict::Active(_));
    for token in tokens.lines().take(SESSIONS / 10) {
        ensure!(used(without.resume(token.as_bytes(), Activity::Watch).await), "refused");
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
    ensure!(cached.evicted > 0, "the cache is not full");
    println!("{} {} {}", cached.entries, cached.bytes, after - before);
    Ok(())
}

/// Bytes of this process that lie in memory.
fn resident() -> Result<f64> {
    let text = fs::read_to_string("/proc/self/statm").context("resident memory is read from /proc")?;
    let pages = text.split_whitespace().nth(1).context("statm has no second number")?;
    Ok(pages.parse::<f64>()? * real(rustix::param::page_size()))
}
