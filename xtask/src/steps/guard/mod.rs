//! What a session costs a request may not grow unseen: instructions and allocations of six cases, counted, against
//! the figures in `bench/guard.json`. Counts repeat where seconds do not, so no test measures seconds.
//!
//! A change that costs more for a good reason changes the figures in that file, and its commit says why.

mod counts;

use std::{collections::BTreeMap, fs, process::Command};

use anyhow::{Context as _, Result, bail, ensure};

use self::counts::{Counts, Verdict, collected};
use crate::{
    process::{output, run},
    repository::Repository,
    tools::Tool,
};

pub(super) const NEEDS: &[Tool] = &[Tool::Valgrind];

/// The side that is measured, and its variant that allocates once where it should not.
const PROGRAM: &str = "peer-handstamp";
const PLANTED: &str = "planted-allocation";
/// Requests whose allocations are counted: enough for tables that grow now and then to even out.
const REQUESTS: u32 = 4000;
/// Requests under callgrind, which is fifty times slower.
const INSTRUCTION_REQUESTS: u32 = 400;

/// Counts each case and compares. First it shows that it would see one allocation more.
pub(super) fn run_step(repository: &Repository) -> Result<()> {
    run(repository
        .cargo(&["build", "--quiet", "--release", "--locked", "--manifest-path", "bench/Cargo.toml"])
        .args(["--package", PROGRAM, "--target-dir"])
        .arg(repository.target()))?;
    let file = repository.root().join("bench").join("guard.json");
    let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let expected: BTreeMap<String, Counts> = serde_json::from_str::<serde_json::Value>(&text)
        .map_err(anyhow::Error::from)
        .and_then(|value| counts::read(&value))
        .with_context(|| format!("{} cannot be read", file.display()))?;

    let program = repository.target().join("release").join(PROGRAM);
    let measure = |case: &str, variant: Option<&str>| -> Result<Counts> {
        let mut words = vec![program.display().to_string()];
        words.extend(["in-process", "--case", case].map(str::to_owned));
        words.extend(variant.map(|variant| format!("--variant={variant}")));
        let allocations = allocations(&words).with_context(|| format!("{case} cannot be measured"))?;
        let instructions = instructions(&words).with_context(|| format!("{case} cannot be measured"))?;
        Ok(Counts { allocations, instructions })
    };

    let case = "ignores";
    let ignores = expected.get(case).with_context(|| format!("{} has no {case}", file.display()))?;
    ensure!(
        measure(case, Some(PLANTED))?.against(ignores) == Verdict::Costlier,
        "one allocation more on the way of a request that ignores its session went unseen: the figures of {case} in \
         bench/guard.json allow for more than that"
    );

    println!("{:<14}{:>28}{:>32}", "per request", "allocations (known)", "instructions (known)");
    let (mut costlier, mut found) = (Vec::new(), BTreeMap::new());
    for (case, known) in &expected {
        let counts = measure(case, None)?;
        let verdict = counts.against(known);
        println!(
            "{case:<14}{:>28}{:>32}  {}",
            format!("{:.2} ({:.2})", counts.allocations, known.allocations),
            format!("{:.0} ({:.0})", counts.instructions, known.instructions),
            verdict.word()
        );
        if verdict == Verdict::Costlier {
            costlier.push(case.as_str());
        }
        found.insert(case.clone(), counts);
    }
    if found.iter().any(|(case, counts)| counts.against(&expected[case]) != Verdict::AsKnown) {
        println!("\nbench/guard.json with what was measured:\n{}", counts::written(&found));
    }
    if !costlier.is_empty() {
        bail!(
            "a request costs more than is known for: {}. Find out why (valgrind --tool=callgrind on `{PROGRAM} \
             in-process --case ...`). If it has to be, put the figures above into bench/guard.json and give the \
             reason in the commit",
            costlier.join(", ")
        );
    }
    Ok(())
}

fn allocations(words: &[String]) -> Result<f64> {
    let printed =
        output(Command::new(&words[0]).args(&words[1..]).args(["--requests", &REQUESTS.to_string()]))?;
    let cost: serde_json::Value = serde_json::from_str(&printed)?;
    let total = cost["allocations"].as_f64().context("the program names no allocations")?;
    Ok(total / f64::from(REQUESTS))
}

fn instructions(words: &[String]) -> Result<f64> {
    let answer = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*measured_requests*"])
        .args(words)
        .args(["--requests", &INSTRUCTION_REQUESTS.to_string()])
        .output()
        .context("valgrind could not be started")?;
    let said = String::from_utf8_lossy(&answer.stderr);
    ensure!(answer.status.success(), "under callgrind it failed: {said}");
    Ok(collected(&said)? / f64::from(INSTRUCTION_REQUESTS))
}
