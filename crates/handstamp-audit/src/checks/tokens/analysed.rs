//! The sample of the run and its analysis, made once.

use std::{collections::BTreeSet, sync::Arc};

use super::sample::{Collected, large};
use crate::{
    audit::{Audit, Halt},
    check::{Outcome, Profile, Reason, Severity, Verdict},
    tokens::{Analysis, FindingKind, Options, Sample},
};

/// The sample and what was found in it without guessing what was hashed.
pub(super) struct Analysed {
    pub(super) collected: Collected,
    pub(super) sample: Sample,
    pub(super) analysis: Analysis,
}

/// The sample that the profile wants, analysed.
pub(super) async fn analysed(audit: &Audit) -> Result<Arc<Analysed>, Halt> {
    if let Some(analysed) = audit.shared::<Analysed>() {
        return Ok(analysed);
    }
    let collected = large(audit, |one, other| are_alike(audit, one, other)).await?;
    let sample = collected.sample(audit)?;
    let analysis = apart(sample.clone(), options(audit).guesses(0)).await?;
    Ok(audit.share(Analysed { collected, sample, analysis }))
}

/// As [`analysed`], for questions that do not arise where a token carries its content.
pub(super) async fn analysed_reference(audit: &Audit) -> Result<Arc<Analysed>, Halt> {
    let analysed = analysed(audit).await?;
    let analysis = &analysed.analysis;
    if analysis.findings.iter().any(|finding| finding.kind == FindingKind::SelfContained) {
        let why = format!(
            "the tokens carry their content ({}) and rest on their signature: SA-JWT asks about that",
            analysis.carries.join(", ")
        );
        let outcome = Outcome::not_applicable(Reason::NoSuchFeature, why);
        return Err(outcome.shown_by(analysed.collected.evidence()).into());
    }
    Ok(analysed)
}

/// An analysis takes seconds of work, and nothing else is to wait for it.
pub(super) async fn apart(sample: Sample, options: Options) -> Result<Analysis, Halt> {
    let analysing = tokio::task::spawn_blocking(move || Analysis::of(&sample, &options));
    analysing
        .await
        .map_err(|error| Outcome::new(Verdict::Error, format!("the analysis failed: {error}")).into())
}

/// What is known of the people whose tokens these are.
pub(super) fn options(audit: &Audit) -> Options {
    let accounts = audit.people().map(|person| audit.account(person));
    let words = accounts.flat_map(|account| {
        let mail = account.variables.get("mail").cloned();
        [Some(account.user.clone()), Some(account.marker.clone()), mail].into_iter().flatten()
    });
    let words: BTreeSet<String> = words.collect();
    Options::new().words(words).collected(audit.clock().now()).seed(audit.options().seed)
}

/// How many texts are hashed and compared.
pub(super) fn guesses(audit: &Audit) -> u64 {
    if audit.options().profile == Profile::Deep { 20_000_000 } else { 2_000_000 }
}

/// Whether two small samples are built alike: as long, in the same alphabet, with the same structure. What chance
/// decides in so few tokens does not count.
pub(super) fn are_alike(audit: &Audit, one: &Collected, other: &Collected) -> bool {
    let kind = |collected: &Collected| {
        let sample = collected.sample(audit).ok()?;
        let analysis = Analysis::of(&sample, &options(audit).guesses(0));
        let counts = analysis.findings.iter().filter(|finding| {
            finding.severity > Severity::Information || finding.kind == FindingKind::SelfContained
        });
        let kinds = counts.map(|finding| match finding.kind {
            FindingKind::Counter => FindingKind::Timestamp,
            kind => kind,
        });
        let by_chance = [
            FindingKind::Statistics,
            FindingKind::Predictable,
            FindingKind::LinearGenerator,
            FindingKind::Dependent,
            FindingKind::Repeated,
        ];
        let kinds: BTreeSet<FindingKind> = kinds.filter(|kind| !by_chance.contains(kind)).collect();
        let length = collected.taken.first().map(|taken| taken.text.len());
        Some((kinds, analysis.format, length))
    };
    let (one, other) = (kind(one), kind(other));
    one.is_some() && one == other
}
