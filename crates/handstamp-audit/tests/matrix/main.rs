//! Each switch of the vulnerable application against the checks: its own has to see it, and no other may.

#![allow(missing_docs, reason = "tests")]

mod bench;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bench::{audit, findings};
use handstamp_audit::{
    check::{Profile, Verdict},
    checks::catalogue,
    run::{Choice, Choices, Gate},
};
use handstamp_audit_target::{ApiStyle, Benign, Flaw, Options};

/// The quick profile and the whole group of this check.
fn quick_and_group_of(id: &str) -> Choices {
    let group = catalogue().find(|check| check.description.id == id).map(|check| check.description.group);
    let mut choices = Choices::default();
    choices.only = catalogue()
        .map(|check| check.description)
        .filter(|description| description.profile == Profile::Quick || Some(description.group) == group)
        // What a race is measured against.
        .chain(catalogue().map(|check| check.description).filter(|description| description.id == "SA-MUL-01"))
        .filter_map(|description| Choice::parse(description.id))
        .collect();
    choices
}

/// What is wrong with the verdicts on this flaw; nothing where all is as it should be.
async fn judge(flaw: Flaw) -> Vec<String> {
    // Checks that are named run in every profile; a large sample of tokens and many rounds are for the flaws they show.
    let needs_many = matches!(flaw.group(), "token" | "race");
    let profile = if needs_many { Profile::Standard } else { Profile::Quick };
    let run = audit(Options::new().flaw(flaw), &quick_and_group_of(flaw.check_id()), profile, 7).await;
    let found = findings(&run);
    let mut wrong = Vec::new();
    if !found.iter().any(|(id, _)| *id == flaw.check_id()) {
        let said = run
            .result(flaw.check_id())
            .map(|result| format!("{} {}", result.outcome.verdict, result.outcome.headline));
        wrong.push(format!("{flaw}: {} did not see it: {said:?}", flaw.check_id()));
    }
    for (id, said) in found {
        if id != flaw.check_id() && !flaw.implied().contains(&id) {
            wrong.push(format!("{flaw}: {id} sees it too: {said}"));
        }
    }
    wrong
}

/// Runs a job for each of the items, a few at a time.
async fn each<I: Copy + Send + Sync + 'static, F>(
    items: &'static [I],
    job: impl Fn(I) -> F + Send + Sync + 'static,
) -> Vec<String>
where
    F: Future<Output = Vec<String>> + Send + 'static,
{
    let (job, next) = (Arc::new(job), Arc::new(AtomicUsize::new(0)));
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (job, next) = (job.clone(), next.clone());
            tokio::spawn(async move {
                let mut all = Vec::new();
                while let Some(item) = items.get(next.fetch_add(1, Ordering::SeqCst)) {
                    all.extend(job(*item).await);
                }
                all
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.expect("no check panics"));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_flaw_is_seen_by_its_own_check_and_by_no_other() {
    let wrong =
        each(Flaw::ALL, async |flaw| if is_of_tokens(flaw) { Vec::new() } else { judge(flaw).await }).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_way_of_making_tokens_badly_is_seen_by_its_own_check_and_by_no_other() {
    let wrong =
        each(Flaw::ALL, async |flaw| if is_of_tokens(flaw) { judge(flaw).await } else { Vec::new() }).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_of_tokens(flaw: Flaw) -> bool {
    flaw.group() == "token"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_does_everything_right_has_no_finding() {
    let run = audit(Options::new(), &Choices::default(), Profile::Standard, 1).await;
    assert_eq!(run.gate, Gate::Open);
    assert_eq!(findings(&run), []);
    let open: Vec<_> = run
        .results
        .iter()
        .filter(|result| matches!(result.outcome.verdict, Verdict::Inconclusive { .. } | Verdict::Error))
        .map(|result| (result.description.id, result.outcome.headline.clone()))
        .collect();
    assert_eq!(open, [], "every question has an answer where nothing is in the way");
    assert_eq!(run.cleaned_up.left, 0, "no session is left behind");
}

/// A dead token that the next login revives was missed by whole runs, and by those alone: SA-END-05 asked with the token
/// that SA-END-01 had seen dead, and by then some login had revived it and some change of password ended it for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revived_token_is_seen_in_a_whole_run_too() {
    let target = Options::new().flaw(Flaw::DeadRevivesOnLogin);
    let run = audit(target, &Choices::default(), Profile::Standard, 1).await;
    let found = findings(&run);
    assert!(found.iter().any(|(id, _)| *id == "SA-END-05"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_legal_and_unusual_is_no_failure() {
    let wrong = each(Benign::ALL, |benign| async move {
        let mut wrong = Vec::new();
        for seed in 0..seeds() {
            let run =
                audit(Options::new().benign(benign), &Choices::default(), Profile::Standard, seed).await;
            let failures = findings(&run).into_iter().filter(|(_, said)| said.starts_with("fail"));
            wrong.extend(failures.map(|(id, said)| format!("{benign}, seed {seed}: {id}: {said}")));
            if run.gate != Gate::Open {
                let first = run.results.first();
                wrong.push(format!("{benign}, seed {seed}: nobody could be told from nobody: {first:?}"));
            }
        }
        wrong
    })
    .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An API was accused of what no browser does: of a login that another site sends as JSON, of a login that does not end
/// a bearer token that it was never sent, and of access tokens that live on beside those that a refresh got.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_does_everything_right_has_no_finding_however_its_tokens_travel() {
    let wrong = each(ApiStyle::ALL, |style| async move {
        let run = audit(Options::new().api(style), &Choices::default(), Profile::Standard, 3).await;
        let mut wrong: Vec<_> = findings(&run).iter().map(|found| format!("{style:?}: {found:?}")).collect();
        let open = run
            .results
            .iter()
            .filter(|result| matches!(result.outcome.verdict, Verdict::Inconclusive { .. } | Verdict::Error));
        wrong.extend(
            open.map(|result| format!("{style:?}: {}: {}", result.description.id, result.outcome.headline)),
        );
        let passed = run.count(|verdict| verdict == Verdict::Pass);
        if passed < 30 {
            wrong.push(format!("{style:?}: only {passed} checks passed"));
        }
        wrong
    })
    .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One seed, and ten in the long run, which `HANDSTAMP_ROUNDS` says.
fn seeds() -> u64 {
    let rounds = std::env::var("HANDSTAMP_ROUNDS").ok().and_then(|rounds| rounds.parse::<u64>().ok());
    if rounds.unwrap_or(0) >= 1_000 { 10 } else { 1 }
}
