//! Opening a large file, after a clean end and after a kill.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use handstamp::{Sessions, store::EmbeddedStore};
use results::{Measured, Unit, work};
use tokio::task::JoinSet;

use super::{Closed, noted};
use crate::{measure::median, population, report::Table};

/// The promise, in milliseconds.
const BOUND: f64 = 2000.0;
const TASKS: usize = 64;
/// How long people sign in before the kill.
const LOAD: Duration = Duration::from_secs(1);

/// After a clean end at every size, after a kill at the largest: whom the load signs in would make a
/// small store a large one.
pub fn run(places: &[Closed], rounds: usize, measured: &mut Measured) -> Result<bool> {
    let title = format!("Opening a store, {rounds} rounds, file in the page cache");
    let mut table = Table::new(title, &["sessions", "after", "median, ms", "longest, ms", "at most 2,000"]);
    let mut add = |place: &Closed, name: &str, after, times: Vec<f64>| {
        let longest = times.iter().copied().fold(0.0, f64::max);
        let verdict = table.verdict(longest <= BOUND);
        let middle = format!("{:.1}", median(&times));
        table.add(vec![place.size.to_string(), after, middle, format!("{longest:.1}"), verdict]);
        measured.add(noted(name, place.size.to_string(), Unit::Milliseconds, times));
    };
    let mut clean = vec![Vec::new(); places.len()];
    for _ in 0..rounds {
        for (place, times) in places.iter().zip(&mut clean) {
            times.push(open(&place.folder)?);
        }
    }
    for (place, times) in places.iter().zip(clean) {
        add(place, work::OPENING_CLEAN, "a clean end".to_owned(), times);
    }
    if let Some(place) = places.last() {
        let mut killed = Vec::new();
        for _ in 0..rounds {
            kill_under_load(&place.folder)?;
            killed.push(open(&place.folder)?);
        }
        add(place, work::OPENING_KILLED, format!("SIGKILL while {TASKS} clients sign in"), killed);
    }
    Ok(table.print())
}

/// How long opening takes until sessions can be resumed, in milliseconds.
fn open(folder: &Path) -> Result<f64> {
    let start = Instant::now();
    let store = EmbeddedStore::options().wait_for_lock(Duration::from_secs(10)).open(folder)?;
    let sessions = Sessions::builder(store).key_folder(folder).build()?;
    let time = start.elapsed().as_secs_f64() * 1e3;
    drop(sessions);
    Ok(time)
}

/// Lets another process open the store and sign people in, and kills it.
fn kill_under_load(folder: &Path) -> Result<()> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("opening-child")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()?;
    let output = child.stdout.take().context("the child says nothing")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    ensure!(!line.is_empty(), "the child has not signed anybody in");
    std::thread::sleep(LOAD);
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Signs people in until it is killed.
pub async fn child(folder: &Path) -> Result<()> {
    let sessions = Sessions::embedded(folder)?.build()?;
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let sessions = sessions.clone();
        tasks.spawn(async move {
            loop {
                let account = format!("late-{}", fastrand::u32(..20_000));
                if let Err(error) = population::sign_in(&sessions, &account).await {
                    return error;
                }
            }
        });
    }
    population::sign_in(&sessions, "first").await?;
    println!("signing in");
    match tasks.join_next().await {
        Some(error) => Err(error?),
        None => Ok(()),
    }
}
