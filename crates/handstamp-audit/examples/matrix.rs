//! Every switch of the vulnerable application against every check of the standard profile, as a table.
//!
//! `cargo xtask matrix` runs it and writes `docs/audit/matrix.md`. It ends with an error where a switch is not seen by
//! its own check, or is seen by one that it does not imply, or where a legal behaviour is called a failure. Names of flaws
//! after the file leave out all others, and say what each check said.

#![allow(clippy::expect_used, clippy::panic, reason = "a measurement that cannot be made is to stop")]

#[path = "../tests/matrix/bench.rs"]
mod bench;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bench::{audit, findings};
use handstamp_audit::{check::Profile, checks::catalogue, run::Choices};
use handstamp_audit_target::{Benign, Flaw, Options};
use tokio::task::JoinSet;

/// Seeds for each legal behaviour; the long run of the tests takes ten.
const SEEDS: u64 = 3;

/// What each check saw.
#[derive(Default)]
struct Seen {
    own: Vec<Flaw>,
    implied: Vec<Flaw>,
    missed: Vec<Flaw>,
    wrong: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: matrix FILE [FLAW ...]");
        return ExitCode::from(2);
    };
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    let only: Vec<String> = std::env::args().skip(2).collect();
    if !only.is_empty() {
        return say(run_all(named(&only)).await);
    }
    let flaws = Flaw::ALL.iter().map(|flaw| (Some(*flaw), None, 1));
    let legal = std::iter::once(None).chain(Benign::ALL.iter().copied().map(Some));
    let legal = legal.flat_map(|benign| (0..SEEDS).map(move |seed| (None, benign, seed)));
    let cases: Vec<Case> = flaws.chain(legal).collect();
    let clean = cases.iter().filter(|(flaw, ..)| flaw.is_none()).count();
    for ((flaw, benign, seed), found) in run_all(cases).await {
        if let Some(flaw) = flaw {
            note(&mut seen, flaw, &found);
            continue;
        }
        let name = benign.map_or("nothing unusual", Benign::name);
        for (id, said) in found {
            if benign.is_none() || said.starts_with("fail") {
                seen.entry(id).or_default().wrong.push(format!("{name} (seed {seed})"));
            }
        }
    }
    let is_good = seen.values().all(|seen| seen.missed.is_empty() && seen.wrong.is_empty());
    if let Err(error) = fs::write(&path, table(&seen, clean)) {
        eprintln!("{path} cannot be written: {error}");
        return ExitCode::FAILURE;
    }
    eprintln!("written: {path}");
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn named(only: &[String]) -> Vec<Case> {
    let flaw = |name: &String| name.parse().unwrap_or_else(|error| panic!("{error}"));
    only.iter().map(|name| (Some(flaw(name)), None, 1)).collect()
}

fn say(found: Vec<(Case, Found)>) -> ExitCode {
    for ((flaw, ..), found) in found {
        for (id, said) in found {
            println!("{} {id} {said}", flaw.map_or("", Flaw::name));
        }
    }
    ExitCode::SUCCESS
}

/// A flaw, or a legal behaviour, and a seed.
type Case = (Option<Flaw>, Option<Benign>, u64);
/// The checks that found something, with what they said.
type Found = Vec<(&'static str, String)>;

/// Runs all cases, as many at a time as there are processors, and gives what was found in their order.
async fn run_all(cases: Vec<Case>) -> Vec<(Case, Found)> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let (cases, next) = (Arc::new(cases), Arc::new(AtomicUsize::new(0)));
    let mut running = JoinSet::new();
    for _ in 0..workers {
        let (cases, next) = (cases.clone(), next.clone());
        running.spawn(async move {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::SeqCst);
                let Some(&(flaw, benign, seed)) = cases.get(index) else { return done };
                let name = flaw.map(Flaw::name).or(benign.map(Benign::name)).unwrap_or("nothing unusual");
                eprintln!("[{}/{}] {name}, seed {seed}", index + 1, cases.len());
                let options = flaw.into_iter().fold(Options::new(), Options::flaw);
                let options = benign.into_iter().fold(options, Options::benign);
                let run = audit(options, &Choices::default(), Profile::Standard, seed).await;
                done.push((index, ((flaw, benign, seed), findings(&run))));
            }
        });
    }
    let mut done: Vec<_> = running.join_all().await.into_iter().flatten().collect();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, found)| found).collect()
}

fn note(seen: &mut BTreeMap<&str, Seen>, flaw: Flaw, found: &Found) {
    let found: BTreeSet<_> = found.iter().map(|(id, _)| *id).collect();
    if !found.contains(flaw.check_id()) {
        seen.entry(flaw.check_id()).or_default().missed.push(flaw);
    }
    for id in found {
        let seen = seen.entry(id).or_default();
        if id == flaw.check_id() {
            seen.own.push(flaw);
        } else if flaw.implied().contains(&id) {
            seen.implied.push(flaw);
        } else {
            seen.wrong.push(flaw.to_string());
        }
    }
}

fn table(seen: &BTreeMap<&str, Seen>, clean: usize) -> String {
    let mut text = String::from(
        "# What the checks see\n\n\
         The auditor against an application with one flaw at a time, in the standard profile. Written by \
         `cargo xtask matrix`; nothing here is written by hand.\n\n",
    );
    let flaws = Flaw::ALL.len();
    let _ = writeln!(
        text,
        "{flaws} flaws, each of which one check has to see. Some cannot be had without another thing being broken too, \
         and the check for that sees it as implied. {clean} runs without a flaw, {} legal and unusual behaviours with \
         {SEEDS} seeds each among them.\n",
        Benign::ALL.len(),
    );
    text.push_str(
        "| check | asks | flaws it sees | implied | missed | wrongly found |\n|---|---|---|---|---|---|\n",
    );
    let nothing = Seen::default();
    for check in catalogue() {
        let description = &check.description;
        let seen = seen.get(description.id).unwrap_or(&nothing);
        let names = |flaws: &[Flaw]| flaws.iter().map(|flaw| flaw.name()).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            description.id,
            description.title,
            names(&seen.own),
            names(&seen.implied),
            names(&seen.missed),
            seen.wrong.join(", "),
        );
    }
    text.push_str("\n## The flaws\n\n| flaw | check | what the application then does |\n|---|---|---|\n");
    for flaw in Flaw::ALL {
        let _ = writeln!(text, "| {flaw} | {} | {} |", flaw.check_id(), flaw.does());
    }
    text.push_str("\n## Legal and unusual\n\n| behaviour | what the application then does |\n|---|---|\n");
    for benign in Benign::ALL {
        let _ = writeln!(text, "| {benign} | {} |", benign.does());
    }
    text
}
