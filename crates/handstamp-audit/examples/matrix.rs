//! Every switch of the vulnerable application against every check of the standard profile, as a table.
//!
//! `cargo xtask matrix` runs it and writes `docs/audit/matrix.md`. It ends with an error where a switch is not seen by
//! its own check, or is seen by one that it does not imply, or where a legal behaviour is called a failure.

#![allow(clippy::expect_used, clippy::panic, reason = "a measurement that cannot be made is to stop")]

#[path = "../tests/matrix/bench.rs"]
mod bench;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    process::ExitCode,
};

use bench::{audit, findings};
use handstamp_audit::{check::Profile, checks::catalogue, run::Choices};
use handstamp_audit_target::{Benign, Flaw, Options};

/// Seeds for each legal behaviour.
const SEEDS: u64 = 10;

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
        eprintln!("usage: matrix FILE");
        return ExitCode::from(2);
    };
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for (index, flaw) in Flaw::ALL.iter().copied().enumerate() {
        eprintln!("[{}/{}] {flaw}", index + 1, Flaw::ALL.len());
        let run = audit(Options::new().flaw(flaw), &Choices::default(), Profile::Standard, 1).await;
        let found: BTreeSet<_> = findings(&run).into_iter().map(|(id, _)| id).collect();
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
    let mut clean = 0;
    for benign in std::iter::once(None).chain(Benign::ALL.iter().copied().map(Some)) {
        for seed in 0..SEEDS {
            eprintln!("legal: {} with seed {seed}", benign.map_or("nothing unusual", Benign::name));
            let options = benign.into_iter().fold(Options::new(), Options::benign);
            let run = audit(options, &Choices::default(), Profile::Standard, seed).await;
            clean += 1;
            for (id, said) in findings(&run) {
                if benign.is_none() || said.starts_with("fail") {
                    let name = benign.map_or("nothing unusual", Benign::name);
                    seen.entry(id).or_default().wrong.push(format!("{name} (seed {seed})"));
                }
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

fn table(seen: &BTreeMap<&str, Seen>, clean: u64) -> String {
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
