//! Makes the report of a run: the one place where what was met on the wire becomes what is shown.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use url::Url;

use super::{
    document::{
        BodyText, CheckEntry, ExchangeEntry, FORMAT, GateState, Inventory, RecipeFile, Report, RequestEntry,
        Requests, ResponseEntry, SessionCount, StepPlace, Summary, Tool, VERSION,
    },
    hex,
    redact::Redactor,
    standards,
};
use crate::{
    audit::CleanUp,
    check::{CheckResult, Description, Fact, Group, Lifeline, Plot, Reason, Verdict},
    recipe::StepName,
    run::{Gate, Run},
    wire::{Exchange, ExchangeId},
};

/// The most exchanges that one check shows: the first and the last of them.
const MOST_EVIDENCE: usize = 32;
/// The most of a body that is shown, in bytes.
const MOST_BODY: usize = 2_048;
/// The most of one fact, header or URL, in bytes.
const MOST_LINE: usize = 1_024;

impl Report {
    /// The report of a run. Secrets are masked here, with a key that is kept nowhere.
    pub fn of(run: &Run) -> Self {
        let redactor = Redactor::of(run);
        let mut results: Vec<_> = run.results.iter().collect();
        results.sort_by_key(|result| (result.description.group, result.description.id));
        let checks: Vec<_> = results.iter().map(|result| entry(run, result, &redactor)).collect();
        let shown: BTreeSet<_> = checks.iter().flat_map(|check| &check.evidence).copied().collect();
        let exchanges = shown
            .iter()
            .filter_map(|id| run.journal.get(ExchangeId(*id)))
            .map(|one| exchange(&one, &redactor));
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            tool: Tool { name: "handstamp audit".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            target: target(&run.recipe.target.base),
            recipe: RecipeFile {
                path: run.recipe.source.path.display().to_string(),
                sha256: hex(&Sha256::digest(run.recipe.source.text.as_bytes())),
            },
            profile: run.options.profile,
            allows_destructive: run.options.allows_destructive,
            seed: run.options.seed,
            began: date(run.began),
            took_ms: milliseconds(run.took),
            requests: Requests { used: run.requests.0, allowed: run.requests.1 },
            gate: match run.gate {
                Gate::Open => GateState { is_open: true, reason: None },
                Gate::Closed(reason) => GateState { is_open: false, reason: Some(reason) },
            },
            credentials: inventory(run),
            summary: summary(&run.results),
            standards: standards::coverage(&checks),
            checks,
            sessions: sessions(run),
            exchanges: exchanges.collect(),
        }
    }
}

/// The address without a user's name and password, which a URL may have.
fn target(base: &Url) -> String {
    let mut base = base.clone();
    // Only addresses without a host refuse it, and the target has one.
    let _ = base.set_password(None);
    let _ = base.set_username("");
    base.to_string()
}

/// Where a logout ends nothing, a session that was logged out is not over.
fn sessions(run: &Run) -> SessionCount {
    let CleanUp { ended, left, .. } = run.cleaned_up;
    match run.result("SA-END-01").map(|result| result.outcome.verdict) {
        Some(Verdict::Fail { .. }) => SessionCount { ended: 0, left: ended + left },
        _ => SessionCount { ended, left },
    }
}

fn entry(run: &Run, result: &CheckResult, redactor: &Redactor) -> CheckEntry {
    let CheckResult { description, outcome, .. } = result;
    let step = place(run, description);
    let ids: Vec<u32> = {
        let mut seen = BTreeSet::new();
        outcome.evidence.iter().map(|id| id.0).filter(|id| seen.insert(*id)).collect()
    };
    let evidence = ends(&ids);
    let left_out = ids.len() - evidence.len();
    CheckEntry {
        id: description.id.to_owned(),
        group: description.group.code().to_owned(),
        title: description.title.to_owned(),
        verdict: outcome.verdict,
        at_most: description.severity,
        headline: line(redactor, &outcome.headline),
        facts: outcome
            .facts
            .iter()
            .map(|fact| Fact { name: line(redactor, &fact.name), value: line(redactor, &fact.value) })
            .collect(),
        evidence,
        evidence_left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        plots: outcome.plots.iter().map(|drawn| plot(redactor, drawn)).collect(),
        asvs: owned(description.standards.asvs),
        wstg: owned(description.standards.wstg),
        cwe: description.standards.cwe.to_vec(),
        explanation: description.explanation.to_owned(),
        remedy: description.remedy.to_owned(),
        fingerprint: fingerprint(run, description, &step),
        step,
        requests: result.requests,
        took_ms: milliseconds(result.took),
        unlocked_by: unlocked_by(outcome.verdict, &outcome.headline),
    }
}

/// A plot whose texts are masked and whose numbers are numbers: JSON has no other.
fn plot(redactor: &Redactor, plot: &Plot) -> Plot {
    let text = |text: &String| line(redactor, text);
    let number = |value: &f64| if value.is_finite() { *value } else { 0.0 };
    match plot {
        Plot::Lifelines { title, lines } => Plot::Lifelines {
            title: text(title),
            lines: lines
                .iter()
                .map(|line| Lifeline { name: text(&line.name), looks: line.looks.clone() })
                .collect(),
        },
        Plot::Strip { title, unit, values } => {
            Plot::Strip { title: text(title), unit: text(unit), values: values.iter().map(number).collect() }
        }
        Plot::Heat { title, unit, rows, values } => Plot::Heat {
            title: text(title),
            unit: text(unit),
            rows: rows.iter().map(text).collect(),
            values: values.iter().map(|row| row.iter().map(number).collect()).collect(),
        },
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The runner says it in the headline of a check that was left out for such a reason.
fn unlocked_by(verdict: Verdict, headline: &str) -> Option<String> {
    let Verdict::NotApplicable { reason } = verdict else { return None };
    let is_locked = matches!(
        reason,
        Reason::NoStepInRecipe
            | Reason::SecondAccountMissing
            | Reason::DestructiveNotAllowed
            | Reason::NotInProfile
    );
    (is_locked && !headline.is_empty()).then(|| headline.to_owned())
}

/// The step of the recipe that a check is about: the one that it needs most of all, else the login.
fn place(run: &Run, description: &Description) -> StepPlace {
    let usual = if description.group == Group::Oracle { StepName::Whoami } else { StepName::Login };
    let name = description.needs.last().copied().unwrap_or(usual);
    let line = run.recipe.steps.get(&name).map_or(1, |step| step.line.max(1));
    StepPlace { name: name.word().to_owned(), line }
}

/// Of the check, the step and the carriers, so that it outlives a new run, a new version and a new wording.
fn fingerprint(run: &Run, description: &Description, step: &StepPlace) -> String {
    let mut carriers: Vec<String> =
        run.oracle.iter().flat_map(|oracle| oracle.sets.iter().flatten()).map(ToString::to_string).collect();
    carriers.sort_unstable();
    carriers.dedup();
    let text = format!("{}\n{}\n{}", description.id, step.name, carriers.join("\n"));
    hex(&Sha256::digest(text.as_bytes())[..16])
}

/// The first and the last of many.
fn ends(ids: &[u32]) -> Vec<u32> {
    if ids.len() <= MOST_EVIDENCE {
        return ids.to_vec();
    }
    let half = MOST_EVIDENCE / 2;
    ids.iter().take(half).chain(ids.iter().skip(ids.len() - half)).copied().collect()
}

fn inventory(run: &Run) -> Inventory {
    let Some(oracle) = &run.oracle else { return Inventory::default() };
    let names = |carriers: &[crate::credentials::Carrier]| carriers.iter().map(ToString::to_string).collect();
    Inventory { sets: oracle.sets.iter().map(|set| names(set)).collect(), others: names(&oracle.others) }
}

fn summary(results: &[CheckResult]) -> Summary {
    let mut summary = Summary::default();
    for verdict in results.iter().map(|result| result.outcome.verdict) {
        let count = match verdict {
            Verdict::Pass => &mut summary.pass,
            Verdict::Fail { .. } => &mut summary.fail,
            Verdict::Warn { .. } => &mut summary.warn,
            Verdict::Inconclusive { .. } => &mut summary.inconclusive,
            Verdict::NotApplicable { .. } => &mut summary.not_applicable,
            Verdict::Error => &mut summary.error,
        };
        *count += 1;
        summary.worst = summary.worst.max(verdict.severity());
    }
    summary
}

fn exchange(exchange: &Exchange, redactor: &Redactor) -> ExchangeEntry {
    let headers = |headers: &[(String, Vec<u8>)]| {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        headers
            .iter()
            .map(|(name, value)| (name.clone(), shortened(&redactor.header(name, &text(value)))))
            .collect()
    };
    ExchangeEntry {
        id: exchange.id.0,
        purpose: line(redactor, &exchange.purpose),
        origin: exchange.origin.to_string(),
        connection: exchange.connection,
        sent_ms: milliseconds(exchange.sent),
        took_ms: milliseconds(exchange.received.saturating_sub(exchange.sent)),
        request: RequestEntry {
            method: exchange.request.method.clone(),
            target: line(redactor, &exchange.request.target),
            headers: headers(&exchange.request.headers),
            body: body(redactor, &exchange.request.body, false),
        },
        response: ResponseEntry {
            status: exchange.response.status,
            headers: headers(&exchange.response.headers),
            body: body(redactor, &exchange.response.body, exchange.response.is_cut),
        },
    }
}

fn body(redactor: &Redactor, body: &[u8], was_cut: bool) -> BodyText {
    let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
    if body.contains(&0) {
        return BodyText { text: "(not text)".to_owned(), bytes, is_cut: true };
    }
    let (text, is_cut) = redactor.body(body, MOST_BODY);
    let text = text.chars().map(|one| if matches!(one, '\n' | '\t') { one } else { shown(one) }).collect();
    BodyText { text, bytes, is_cut: is_cut || was_cut }
}

fn line(redactor: &Redactor, text: &str) -> String {
    shortened(&redactor.text(text))
}

/// What the application sent must not move a reader's cursor, and XML has no place for it.
fn shown(one: char) -> char {
    if one.is_control() { char::REPLACEMENT_CHARACTER } else { one }
}

fn shortened(text: &str) -> String {
    let text: String = text.chars().map(shown).collect();
    if text.len() <= MOST_LINE {
        return text;
    }
    let start: String = text.chars().take(MOST_LINE).collect();
    format!("{start}... ({} characters)", text.chars().count())
}

fn date(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at);
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What a report would show of a run, for who shows another part of it.
pub(crate) struct Mask(Redactor);

impl Mask {
    /// One that knows every secret of a run.
    pub(crate) fn of(run: &Run) -> Self {
        Self(Redactor::of(run))
    }

    /// A text with its secrets masked.
    pub(crate) fn text(&self, text: &str) -> String {
        self.0.text(text)
    }

    /// An exchange as reports have it.
    pub(crate) fn exchange(&self, one: &Exchange) -> ExchangeEntry {
        exchange(one, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_exchanges_the_first_and_the_last_are_shown() {
        let ids: Vec<u32> = (1..=100).collect();
        let shown = ends(&ids);
        assert_eq!(shown.len(), MOST_EVIDENCE);
        assert_eq!((shown.first(), shown.last()), (Some(&1), Some(&100)));
        assert_eq!(ends(&ids[..5]), [1, 2, 3, 4, 5]);
    }
}
