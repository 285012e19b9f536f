//! `cargo xtask test`: the steps in their order, each with its seconds, and the count CI reads.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::{
    repository::Repository,
    steps::{Context, Step},
    tools::{self, Tool},
};

/// What may be said to `cargo xtask test`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask test --install               on a new machine: install what is missing, then run all
  cargo xtask test                         run all
  cargo xtask test --only lints --only docs
  cargo xtask test --long --only tests     the races 1,000 times each instead of 100")]
pub(crate) struct TestOptions {
    /// Install the programs that steps need (as root on Debian; components of Rust by rustup)
    #[arg(long)]
    install: bool,
    /// Run every race 1,000 times instead of 100, with 200 kills of the embedded store and 2,000 power
    /// cuts instead of 20 and 200 (sets `HANDSTAMP_ROUNDS`)
    #[arg(long)]
    long: bool,
    /// Run only this step and those tools it needs; may be given several times
    #[arg(long, value_name = "STEP", value_enum)]
    only: Vec<Step>,
    /// Print the steps with what each one shows, and run nothing
    #[arg(long)]
    list: bool,
}

/// How one step went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    /// A tool was missing. It counts as failed: what was not run has not passed.
    NotRun,
}

struct Report {
    step: Step,
    outcome: Outcome,
    time: Duration,
}

/// Runs the chosen steps; success only if each of them passed.
pub(crate) fn run(repository: &Repository, options: &TestOptions) -> ExitCode {
    let steps = chosen(&options.only);
    if options.list {
        for step in steps {
            println!("{:<12} {}", step.name(), step.purpose());
        }
        return ExitCode::SUCCESS;
    }

    let context = Context {
        repository,
        install: options.install,
        rounds: rounds(options.long),
        long: options.long,
        needed: needed(&steps),
    };
    let mut reports = Vec::new();
    let mut missing = Vec::new();
    for step in steps {
        reports.push(attempt(step, &context, &missing));
        if step == Step::Tools {
            missing = tools::absent(&context.needed);
        }
    }
    close(&reports)
}

/// The steps asked for, in their own order. `tools` is always among them.
fn chosen(only: &[Step]) -> Vec<Step> {
    Step::ALL
        .into_iter()
        .filter(|step| only.is_empty() || *step == Step::Tools || only.contains(step))
        .collect()
}

fn needed(steps: &[Step]) -> Vec<Tool> {
    let mut tools: Vec<Tool> = steps.iter().flat_map(|step| step.needs()).copied().collect();
    tools.sort();
    tools.dedup();
    tools
}

fn rounds(long: bool) -> String {
    if long {
        return "1000".to_owned();
    }
    std::env::var("HANDSTAMP_ROUNDS").unwrap_or_else(|_| "100".to_owned())
}

fn attempt(step: Step, context: &Context<'_>, missing: &[Tool]) -> Report {
    println!("\n== {}: {}", step.name(), step.purpose());
    let start = Instant::now();
    let lacking: Vec<Tool> = step.needs().iter().copied().filter(|tool| missing.contains(tool)).collect();
    let outcome = if lacking.is_empty() {
        match step.run(context) {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                println!("{}: {error:#}", step.name());
                Outcome::Failed
            }
        }
    } else {
        println!("{}: not run, missing {}", step.name(), tools::names(&lacking));
        Outcome::NotRun
    };
    let time = start.elapsed();
    println!("== {} took {:.1} s", step.name(), time.as_secs_f64());
    Report { step, outcome, time }
}

fn close(reports: &[Report]) -> ExitCode {
    let passed = reports.iter().filter(|report| report.outcome == Outcome::Passed).count();
    let failed = reports.len() - passed;
    let total: Duration = reports.iter().map(|report| report.time).sum();
    println!("\n{:<14}{:>9}", "step", "seconds");
    for report in reports {
        let word = match report.outcome {
            Outcome::Passed => "",
            Outcome::Failed => "  failed",
            Outcome::NotRun => "  not run",
        };
        println!("{:<14}{:>9.1}{word}", report.step.name(), report.time.as_secs_f64());
    }
    println!("{:<14}{:>9.1}\n", "all", total.as_secs_f64());
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_keeps_the_order_and_always_checks_the_tools() {
        assert_eq!(chosen(&[Step::Docs, Step::Format]), [Step::Tools, Step::Format, Step::Docs]);
        assert_eq!(chosen(&[]), Step::ALL);
    }

    #[test]
    fn only_the_tools_of_the_chosen_steps_are_needed() {
        assert_eq!(needed(&[Step::Tools, Step::Format]), [Tool::Rustfmt]);
    }
}
