//! What a side's own code costs: nanoseconds and allocations, and instructions, which repeat where
//! nanoseconds do not.
//!
//! Each turn is a process of its own. Where the allocator and the linker put things differs from one start to
//! the next, and moves a figure by more than some of the differences that are looked for.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use harness::Case;
use results::{Measured, Unit};
use serde::Deserialize;

use crate::{
    contest::{Contest, Figure},
    progress::Progress,
    sides::{self, Programs, Side},
    versions,
};

/// How it is measured.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Rounds of nanoseconds and allocations
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Requests in each turn, after the side's own warm-up
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    requests: u32,
    /// Rounds under callgrind; none with 0
    #[arg(long, default_value_t = 2)]
    instruction_rounds: u16,
    /// Requests in each turn under callgrind, which is about fifty times slower
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..))]
    instruction_requests: u32,
    /// Only these cases
    #[arg(long, value_delimiter = ',')]
    cases: Vec<Case>,
}

/// Measures every side that runs in a process of Rust.
pub(crate) fn run(
    options: &Options,
    programs: &Programs,
    mut measured: Measured,
    mut sides: Vec<Side>,
) -> Measured {
    sides.retain(Side::is_rust);
    measured.versions.append(&mut versions::of_sides(&sides));
    measured.versions.append(&mut versions::of_programs(&["valgrind"]));
    let mut contest = Contest::new(measured, sides);
    let cases = if options.cases.is_empty() { Case::ALL.to_vec() } else { options.cases.clone() };

    let (rounds, requests) = (usize::from(options.rounds), options.requests);
    let mut progress = Progress::new("in process", rounds * cases.len() * contest.len());
    for round in 0..rounds {
        for &case in &cases {
            contest.take_turns(round, &mut progress, |side| in_time(programs, side, case, requests));
        }
    }

    let (rounds, requests) = (usize::from(options.instruction_rounds), options.instruction_requests);
    let mut progress = Progress::new("instructions", rounds * cases.len() * contest.len());
    for round in 0..rounds {
        for &case in &cases {
            contest.take_turns(round, &mut progress, |side| in_instructions(programs, side, case, requests));
        }
    }
    contest.finish()
}

/// What a side prints about its turn.
#[derive(Debug, PartialEq, Deserialize)]
struct Cost {
    requests: u32,
    nanoseconds: f64,
    allocations: f64,
    bytes: f64,
}

fn in_time(programs: &Programs, side: &Side, case: Case, requests: u32) -> Result<Vec<Figure>> {
    let words = words(programs, side, case, requests);
    let (printed, _) = output(&mut sides::command(&words, None))?;
    let cost = cost(&printed, requests)?;
    let figure = |unit, total: f64| Figure {
        work: case.name(),
        setting: String::new(),
        unit,
        value: total / f64::from(cost.requests),
    };
    Ok(vec![
        figure(Unit::Nanoseconds, cost.nanoseconds),
        figure(Unit::Allocations, cost.allocations),
        figure(Unit::Bytes, cost.bytes),
    ])
}

fn in_instructions(programs: &Programs, side: &Side, case: Case, requests: u32) -> Result<Vec<Figure>> {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*measured_requests*")
        .args(words(programs, side, case, requests));
    let (printed, said) = output(&mut command)?;
    let cost = cost(&printed, requests)?;
    let value = collected(&said)? / f64::from(cost.requests);
    Ok(vec![Figure { work: case.name(), setting: String::new(), unit: Unit::Instructions, value }])
}

fn words(programs: &Programs, side: &Side, case: Case, requests: u32) -> Vec<String> {
    let requests = requests.to_string();
    side.words(programs, &["in-process", "--case", case.name(), "--requests", &requests])
}

fn cost(printed: &str, requests: u32) -> Result<Cost> {
    let cost: Cost =
        serde_json::from_str(printed.trim()).with_context(|| format!("it printed {printed:?}"))?;
    ensure!(cost.requests == requests, "it sent {} requests instead of {requests}", cost.requests);
    Ok(cost)
}

/// The count in callgrind's last words, a line such as `==42== Collected : 123456`.
fn collected(said: &str) -> Result<f64> {
    let count = said.lines().find_map(|line| {
        let (_, count) = line.split_once("Collected : ")?;
        count.trim().parse::<f64>().ok()
    });
    let count = count.with_context(|| format!("callgrind named no count; it said: {}", last_line(said)))?;
    ensure!(count > 0.0, "callgrind saw no function named `measured_requests`");
    Ok(count)
}

/// What a program prints and what it complains of.
fn output(command: &mut Command) -> Result<(String, String)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("{name} could not be started"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "it failed ({}): {}", output.status, last_line(&said));
    Ok((String::from_utf8_lossy(&output.stdout).into_owned(), said))
}

/// The last line that is not empty.
pub(crate) fn last_line(text: &str) -> &str {
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_a_turn_is_read() {
        let printed = "{\"case\":\"ignores\",\"requests\":100,\"nanoseconds\":60000,\"allocations\":1400,\"bytes\":9}\n";
        let expected = Cost { requests: 100, nanoseconds: 60_000.0, allocations: 1400.0, bytes: 9.0 };
        assert_eq!(cost(printed, 100).unwrap(), expected);
        assert!(cost(printed, 200).unwrap_err().to_string().contains("instead of 200"));
        assert!(cost("listening", 100).is_err());
    }

    #[test]
    fn the_instructions_are_read_from_callgrinds_last_words() {
        let said = "==7== Callgrind, a call-graph generating cache profiler\n==7== For interactive control, run \
                    'callgrind_control -h'.\n==7== \n==7== Events    : Ir\n==7== Collected : 1203500\n==7== \n\
                    ==7== I   refs:      1,203,500\n";
        assert!((collected(said).unwrap() - 1_203_500.0).abs() < f64::EPSILON);
        assert!(collected("==7== Collected : 0").unwrap_err().to_string().contains("measured_requests"));
        assert!(collected("Error\nvalgrind: no such program\n").unwrap_err().to_string().contains("no such"));
    }

    #[test]
    fn a_program_that_fails_says_why() {
        let error = output(Command::new("sh").args(["-c", "echo first >&2; echo why >&2; exit 3"]));
        assert!(error.unwrap_err().to_string().ends_with("why"));
    }
}
