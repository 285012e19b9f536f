//! What single checks conclude of the vulnerable application: how much a flaw matters, and when a question is open.
//!
//! That each flaw is seen by its own check alone is held by the matrix.

#![allow(missing_docs, reason = "tests")]

#[path = "../matrix/bench.rs"]
mod bench;

mod api;
mod client_side;
mod cookies;
mod parked;
mod races;
mod several;

use handstamp_audit::{
    check::{Profile, Verdict},
    run::{Choice, Choices, Run},
};
use handstamp_audit_target::{Flaw, Options};

/// Asks only these of an application with these flaws.
async fn ask(only: &[&str], flaws: &[Flaw]) -> Run {
    bench::audit(with(flaws), &choices(only), Profile::Standard, 5).await
}

/// The same with a recipe of its own.
async fn ask_as(only: &[&str], flaws: &[Flaw], recipe: impl FnOnce(String) -> String) -> Run {
    bench::audit_as(with(flaws), recipe, &choices(only), Profile::Standard, 5).await
}

fn with(flaws: &[Flaw]) -> Options {
    flaws.iter().fold(Options::new(), |options, flaw| options.flaw(*flaw))
}

fn choices(only: &[&str]) -> Choices {
    let mut choices = Choices::default();
    choices.only = only.iter().map(|one| Choice::parse(one).expect("a check or a group")).collect();
    choices
}

/// What a check came to, and its headline.
fn verdict(run: &Run, id: &str) -> (Verdict, String) {
    let outcome = &run.result(id).unwrap_or_else(|| panic!("{id} is no check")).outcome;
    (outcome.verdict, outcome.headline.clone())
}

/// That the run found this and nothing else.
fn assert_found(run: &Run, expected: &[&str]) {
    let found = bench::findings(run);
    assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), expected, "{found:#?}");
}
