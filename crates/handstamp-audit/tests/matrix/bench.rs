//! The vulnerable application and the auditor on one clock: a curve of a minute costs nothing.

use std::{
    future::Future,
    io,
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use handstamp_audit::{
    audit::{Audit, Options},
    check::Profile,
    clock::Clock,
    recipe::{Environment, FileSecret, Recipe},
    run::{Choices, Run, Silent, run},
    wire::{Client, Consent},
};
use handstamp_audit_target::{PASSWORDS, Running, TestClock};

/// The auditor's side of the target's clock: a pause moves both.
struct SharedClock {
    target: TestClock,
    paused: AtomicU64,
}

impl Clock for SharedClock {
    fn now(&self) -> SystemTime {
        self.target.now()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.paused.load(Ordering::SeqCst))
    }

    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.paused.fetch_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX), Ordering::SeqCst);
        self.target.advance(duration);
        Box::pin(std::future::ready(()))
    }
}

/// The passwords of the target's accounts, and nothing else.
struct Passwords;

impl Environment for Passwords {
    fn variable(&self, name: &str) -> Option<String> {
        PASSWORDS
            .iter()
            .find(|(_, variable, _)| *variable == name)
            .map(|(_, _, password)| (*password).to_owned())
    }

    fn file(&self, _: &Path) -> io::Result<FileSecret> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn line(&self) -> io::Result<String> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Audits a target with these switches.
pub async fn audit(
    target: handstamp_audit_target::Options,
    choices: &Choices,
    profile: Profile,
    seed: u64,
) -> Run {
    audit_as(target, |recipe| recipe, choices, profile, seed).await
}

/// Audits a target with these switches and a recipe of its own.
pub async fn audit_as(
    target: handstamp_audit_target::Options,
    recipe: impl FnOnce(String) -> String,
    choices: &Choices,
    profile: Profile,
    seed: u64,
) -> Run {
    let (audit, recipe, _running) = prepared(target, recipe, profile, seed).await;
    run(&audit, recipe, choices, &mut Silent::default()).await
}

/// A target that runs, and what audits it.
pub async fn prepared(
    target: handstamp_audit_target::Options,
    recipe: impl FnOnce(String) -> String,
    profile: Profile,
    seed: u64,
) -> (Audit, Arc<Recipe>, Running) {
    let clock = TestClock::new();
    let running = target.clock(clock.clone()).seed(seed).start().await.expect("the target starts");
    let (recipe, warnings) = Recipe::read(Path::new("target.toml"), &recipe(running.recipe()), &Passwords)
        .unwrap_or_else(|problems| panic!("the target's recipe:\n{problems}"));
    assert!(warnings.is_empty(), "the target's recipe:\n{warnings}");
    let recipe = Arc::new(recipe);
    let shared = Arc::new(SharedClock { target: clock, paused: AtomicU64::new(0) });
    let client = Client::new(&recipe.target, recipe.limits, Consent::LoopbackOnly, shared).expect("a client");
    let options = Options::new().profile(profile).allow_destructive(true).seed(seed);
    let audit = Audit::new(recipe.clone(), client, options).expect("the target speaks HTTP");
    (audit, recipe, running)
}

/// The checks that found something: their ids with what they said.
pub fn findings(run: &Run) -> Vec<(&'static str, String)> {
    run.findings()
        .map(|result| {
            let outcome = &result.outcome;
            (result.description.id, format!("{} {}", outcome.verdict, outcome.headline))
        })
        .collect()
}
