//! Opening a large file, after a clean end and after a kill.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use handstamp::{Sessions, store::EmbeddedStore};
use tokio::task::JoinSet;

use super::Place;
use crate::{measure::median, population, report::Table};

/// The promise, in seconds.
const BOUND: f64 = 2.0;
const TASKS: usize = 64;
/// How long people sign in before the kill.
const LOAD: Duration = Duration::from_secs(1);

pub fn run(place: Place, rounds: usize) -> Result<bool> {
    let Place { size, folder, store, .. } = place;
    drop(store);
    let (mut clean, mut killed) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        clean.push(open(&folder)?);
        kill_under_load(&folder)?;
        killed.push(open(&folder)?);
    }
    let title = format!("Opening a store of {size} live sessions, {rounds} rounds, file in the page cache");
    let mut table = Table::new(title, &["after", "median, s", "longest, s", "at most 2 s"]);
    for (name, times) in [("a clean end", clean), ("SIGKILL while 64 clients sign in", killed)] {
        let longest = times.iter().copied().fold(0.0, f64::max);
        let verdict = table.verdict(longest <= BOUND);
        table.add(vec![name.to_owned(), format!("{:.3}", median(&times)), format!("{longest:.3}"), verdict]);
    }
    Ok(table.print())
}

/// How long opening takes, until sessions can be resumed.
fn open(folder: &Path) -> Result<f64> {
    let start = Instant::now();
    let store = EmbeddedStore::options().wait_for_lock(Duration::from_secs(10)).open(folder)?;
    let sessions = Sessions::builder(store).key_folder(folder).build()?;
    let time = start.elapsed().as_secs_f64();
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
