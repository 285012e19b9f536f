//! The report as one HTML file: no script, nothing from elsewhere, readable on a phone and on paper.

mod evidence;
mod plots;
mod tables;

use std::{cmp::Reverse, collections::BTreeMap};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use self::{
    evidence::evidence,
    plots::{costs, plot},
    tables::{requirements, standing},
};
use super::{
    CheckEntry, Report,
    terminal::{mapping, seconds},
};
use crate::check::{Group, Reason, Severity, Verdict};

const STYLE: &str = include_str!("style.css");

impl Report {
    /// The report as one HTML file.
    pub fn to_html(&self) -> String {
        Page { report: self }.whole().into_string()
    }
}

struct Page<'a> {
    report: &'a Report,
}

impl Page<'_> {
    fn whole(&self) -> Markup {
        let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        // What the application sent is quoted here; were some of it taken for markup, nothing of it would run.
        let policy =
            format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'");
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    title { "Session audit of " (self.report.target) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#findings" { "Skip to the findings" }
                    (self.head())
                    main {
                        (self.findings())
                        (self.requirements())
                        (self.checks())
                        (self.unlocks())
                        (self.costs())
                    }
                    (self.foot())
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            header {
                p.kind { "Session audit" }
                h1 { (self.report.target) }
                p.conclusion { (self.conclusion()) }
                (self.counts())
                dl.about {
                    div { dt { "Begun" } dd { time datetime=(self.report.began) { (self.report.began.replace('T', " ").replace('Z', " UTC")) } } }
                    div { dt { "Took" } dd { (seconds(self.report.took_ms)) } }
                    div { dt { "Requests" } dd { (self.report.requests.used) " of " (self.report.requests.allowed) } }
                    div { dt { "Profile" } dd { (self.report.profile) } }
                    div { dt { "Signs in" } dd { (self.signs_in()) } }
                    div { dt { "Recipe" } dd { (self.report.recipe.path) } }
                }
                nav aria-label="Parts of this report" {
                    a href="#findings" { "Findings" }
                    a href="#asvs" { "ASVS 5.0" }
                    a href="#wstg" { "WSTG" }
                    a href="#checks" { "All checks" }
                    a href="#more" { "What would show more" }
                    a href="#cost" { "Cost" }
                }
            }
        }
    }

    fn conclusion(&self) -> String {
        if let Some(reason) = self.report.gate.reason.filter(|_| !self.report.gate.is_open) {
            return format!("Nothing could be asked: {}.", reason.says());
        }
        let findings = |severity| {
            self.report.checks.iter().filter(|check| check.verdict.severity() == Some(severity)).count()
        };
        let counts: Vec<_> = Severity::ALL
            .into_iter()
            .rev()
            .map(|severity| (findings(severity), severity))
            .filter(|(count, _)| *count > 0)
            .map(|(count, severity)| format!("{count} {severity}"))
            .collect();
        if counts.is_empty() {
            "Nothing was found.".to_owned()
        } else {
            format!("Findings: {}.", counts.join(", "))
        }
    }

    fn counts(&self) -> Markup {
        let summary = &self.report.summary;
        let counts = [
            ("fail", "failed", summary.fail),
            ("warn", "warned", summary.warn),
            ("error", "auditor failed", summary.error),
            ("open", "without an answer", summary.inconclusive),
            ("pass", "passed", summary.pass),
            ("none", "not asked", summary.not_applicable),
        ];
        html! {
            ul.counts {
                @for (class, word, count) in counts.iter().filter(|(.., count)| *count > 0) {
                    li class=(class) { strong { (count) } " " (word) }
                }
            }
        }
    }

    fn signs_in(&self) -> String {
        let sets: Vec<_> = self.report.credentials.sets.iter().map(|set| set.join(" and ")).collect();
        if sets.is_empty() { "not known".to_owned() } else { sets.join("; or ") }
    }

    fn findings(&self) -> Markup {
        let mut findings: Vec<_> =
            self.report.checks.iter().filter(|check| check.verdict.severity().is_some()).collect();
        findings.sort_by_key(|check| {
            (Reverse(check.verdict.severity()), matches!(check.verdict, Verdict::Warn { .. }))
        });
        html! {
            section #findings aria-labelledby="findings-title" {
                h2 #findings-title { "Findings" }
                @if findings.is_empty() {
                    p { "No flaw was seen. What was not asked stands below, with what would ask it." }
                }
                @for check in findings { (self.finding(check)) }
            }
        }
    }

    fn finding(&self, check: &CheckEntry) -> Markup {
        html! {
            article class={ "finding " (class(check.verdict)) } {
                p.labels { (badge(check.verdict)) " " span.id { (check.id) } " " span.mapping { (mapping(check)) } }
                h3 { (check.headline) }
                p.should { "What should hold: " (check.title) }
                h4 { "What to change" }
                p { (prose(&check.remedy)) }
                @for drawn in &check.plots { (plot(drawn)) }
                (details(check))
                (evidence(self.report, check))
            }
        }
    }

    fn requirements(&self) -> Markup {
        html! {
            section #asvs aria-labelledby="asvs-title" {
                h2 #asvs-title { "ASVS 5.0, row by row" }
                (standing(&self.report.standards.asvs))
                (requirements("Requirement", &self.report.standards.asvs, &self.report.checks))
            }
            section #wstg aria-labelledby="wstg-title" {
                h2 #wstg-title { "WSTG, session management" }
                (requirements("Test", &self.report.standards.wstg, &self.report.checks))
            }
        }
    }

    fn checks(&self) -> Markup {
        html! {
            section #checks aria-labelledby="checks-title" {
                h2 #checks-title { "All checks" }
                @for group in Group::ALL {
                    @let checks: Vec<_> = self.report.checks.iter().filter(|check| check.group == group.code()).collect();
                    @if !checks.is_empty() {
                        h3 { (group.title()) }
                        @for check in checks { (self.check(check)) }
                    }
                }
            }
        }
    }

    fn check(&self, check: &CheckEntry) -> Markup {
        let is_finding = check.verdict.severity().is_some();
        html! {
            details.check id=(check.id.to_ascii_lowercase()) {
                summary {
                    (badge(check.verdict)) " " span.id { (check.id) } " " span.title { (check.title) }
                }
                div.inside {
                    p.measured { (check.said()) }
                    @if let Some(unlock) = &check.unlocked_by { p { "To ask it: " (unlock) "." } }
                    p.mapping { (mapping(check)) }
                    @if check.requests > 0 {
                        p.cost { (check.requests) " requests, " (seconds(check.took_ms)) }
                    }
                    // Findings have theirs above.
                    @if !is_finding {
                        @for drawn in &check.plots { (plot(drawn)) }
                        (details(check))
                        (evidence(self.report, check))
                    }
                }
            }
        }
    }

    fn unlocks(&self) -> Markup {
        let mut by_unlock: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for check in &self.report.checks {
            if let Some(unlock) = &check.unlocked_by {
                by_unlock.entry(unlock).or_default().push(&check.id);
            }
        }
        let reasons: Vec<_> = Reason::ALL
            .iter()
            .map(|reason| (reason, self.unanswered(*reason)))
            .filter(|(_, ids)| !ids.is_empty())
            .collect();
        html! {
            section #more aria-labelledby="more-title" {
                h2 #more-title { "What would show more" }
                @if by_unlock.is_empty() && reasons.is_empty() { p { "Every check was asked and answered." } }
                dl.unlocks {
                    @for (unlock, ids) in &by_unlock { div { dt { (unlock) } dd { (links(ids)) } } }
                    @for (reason, ids) in &reasons {
                        div { dt { "without an answer: " (reason.says()) } dd { (links(ids)) } }
                    }
                }
            }
        }
    }

    fn unanswered(&self, reason: Reason) -> Vec<&str> {
        let is_open = |check: &&CheckEntry| check.verdict == Verdict::Inconclusive { reason };
        self.report.checks.iter().filter(is_open).map(|check| check.id.as_str()).collect()
    }

    fn costs(&self) -> Markup {
        html! {
            section #cost aria-labelledby="cost-title" {
                h2 #cost-title { "Cost" }
                p {
                    (self.report.requests.used) " of " (self.report.requests.allowed) " requests in " (seconds(self.report.took_ms)) ". "
                    @match self.report.sessions.left {
                        0 => { "All " (self.report.sessions.ended) " sessions that were made are over." }
                        left => {
                            (self.report.sessions.ended) " sessions that were made are over; " (left)
                            " may live until they time out."
                        }
                    }
                }
                (costs(&self.report.checks))
            }
        }
    }

    fn foot(&self) -> Markup {
        html! {
            footer {
                p {
                    "Secrets are masked: " code { "abcd...(43, #1f9a)" }
                    " is the start of one, its length, and a hash whose key nobody has. Two with the same hash are the "
                    "same."
                }
                p {
                    (self.report.tool.name) " " (self.report.tool.version) ", seed " (self.report.seed) ", recipe SHA-256 "
                    code { (self.report.recipe.sha256) }
                }
            }
        }
    }
}

fn details(check: &CheckEntry) -> Markup {
    html! {
        @if !check.facts.is_empty() {
            dl.facts { @for fact in &check.facts { div { dt { (fact.name) } dd { (fact.value) } } } }
        }
        details.why { summary { "What is asked" } p { (prose(&check.explanation)) } }
    }
}

/// Text in which backticks stand around code.
fn prose(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn links(ids: &[&str]) -> Markup {
    html! {
        @for (place, id) in ids.iter().enumerate() {
            @if place > 0 { ", " }
            a href={ "#" (id.to_ascii_lowercase()) } { (id) }
        }
    }
}

/// The verdict as a word; the colour says nothing that the word does not.
fn badge(verdict: Verdict) -> Markup {
    let word = match verdict {
        Verdict::Fail { severity } => format!("fail, {severity}"),
        Verdict::Warn { severity } => format!("warning, {severity}"),
        Verdict::Inconclusive { .. } => "no answer".to_owned(),
        Verdict::NotApplicable { .. } => "not asked".to_owned(),
        Verdict::Pass => "passed".to_owned(),
        Verdict::Error => "auditor failed".to_owned(),
    };
    html! { span class={ "badge " (class(verdict)) } { (word) } }
}

const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail { severity: Severity::High | Severity::Medium } | Verdict::Error => "fail",
        Verdict::Fail { .. } | Verdict::Warn { .. } => "warn",
        Verdict::Inconclusive { .. } => "open",
        Verdict::NotApplicable { .. } => "none",
        Verdict::Pass => "pass",
    }
}
