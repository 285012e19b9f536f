//! The demo, audited from outside: how this project holds itself to what it tells others.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod demo;

use std::{io, path::Path, sync::Arc};

use demo::{Demo, DemoClock, PASSWORD};
use handstamp_audit::{
    audit::{Audit, Options},
    check::{Profile, Verdict},
    recipe::{Environment, FileSecret, Recipe},
    run::{Choice, Choices, Gate, Run, Silent, run},
    wire::{Client, Consent},
};

/// The recipe that the documentation has for the demo.
const RECIPE: &str = include_str!("../../../../docs/audit/recipes/demo.toml");

/// The one password of all accounts here.
struct Passwords;

impl Environment for Passwords {
    fn variable(&self, _: &str) -> Option<String> {
        Some(PASSWORD.to_owned())
    }

    fn file(&self, _: &Path) -> io::Result<FileSecret> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn line(&self) -> io::Result<String> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

async fn audit(demo: &Demo, profile: Profile, only: &[&str]) -> Run {
    let text = RECIPE.replace("http://localhost:8080", &demo.address);
    let text = format!("{text}\n[limits]\nrequests = 20000\nrate = 100000\ntime = \"1000h\"\n");
    let (recipe, warnings) = Recipe::read(Path::new("demo.toml"), &text, &Passwords)
        .unwrap_or_else(|problems| panic!("{problems}"));
    assert!(warnings.is_empty(), "{warnings}");
    let recipe = Arc::new(recipe);
    let clock = Arc::new(DemoClock::of(demo));
    let client = Client::new(&recipe.target, recipe.limits, Consent::LoopbackOnly, clock).unwrap();
    let options = Options::new().profile(profile).allow_destructive(true);
    let audit = Audit::new(recipe.clone(), client, options).unwrap();
    let mut choices = Choices::default();
    choices.only = only.iter().filter_map(|name| Choice::parse(name)).collect();
    run(&audit, recipe, &choices, &mut Silent::default()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_standard_profile_finds_nothing_at_any_severity() {
    let demo = Demo::start();
    let run = audit(&demo, Profile::Standard, &[]).await;
    assert_eq!(run.gate, Gate::Open);
    let open: Vec<_> = run
        .results
        .iter()
        .filter(|result| !matches!(result.outcome.verdict, Verdict::Pass | Verdict::NotApplicable { .. }))
        .map(|result| (result.description.id, result.outcome.headline.as_str()))
        .collect();
    assert_eq!(open, [], "every question that arises is answered, and no answer is a finding");
    let passed = run.count(|verdict| verdict == Verdict::Pass);
    assert!(passed >= 35, "{passed} checks passed: the recipe lost some of its steps");
    assert_eq!(run.cleaned_up.left, 0, "no session is left behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deep_profile_confirms_idle_and_absolute_timeout_to_the_second() {
    let demo = Demo::start();
    let run = audit(&demo, Profile::Deep, &["TMO-01", "TMO-02"]).await;
    for (id, headline) in [
        ("SA-TMO-01", "ends after 1 h without use, to the second"),
        ("SA-TMO-02", "ends 24 h after login however busy, to the second"),
    ] {
        let outcome = &run.result(id).unwrap().outcome;
        assert_eq!((outcome.verdict, outcome.headline.as_str()), (Verdict::Pass, headline), "{id}");
    }
}
