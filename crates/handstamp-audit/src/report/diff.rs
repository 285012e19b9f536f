//! Two runs beside each other: what appeared, what became worse or milder, what is gone, what is no longer asked.

use serde::Serialize;

use super::{CheckEntry, Report};
use crate::check::{Severity, Verdict};

/// What changed between two runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// Findings that were none.
    pub appeared: Vec<Change>,
    /// Findings that matter more than before.
    pub worse: Vec<Change>,
    /// Findings that matter less than before.
    pub milder: Vec<Change>,
    /// Findings of before that were looked for again and passed.
    pub gone: Vec<Change>,
    /// Findings of before to which there is no answer now: nobody knows whether they are gone.
    pub unknown: Vec<Change>,
    /// Findings that are what they were.
    pub same: Vec<Change>,
}

/// One check in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Its id.
    pub id: String,
    /// What holds where it passes.
    pub title: String,
    /// What it came to before; `None` where it was not there.
    pub before: Option<Verdict>,
    /// What it comes to now; `None` where it is not there.
    pub now: Option<Verdict>,
    /// What was measured now, or before where it is not there now.
    pub headline: String,
}

impl Difference {
    /// What changed from `old` to `new`.
    pub fn between(old: &Report, new: &Report) -> Self {
        let mut difference = Self::default();
        for check in new.checks.iter().filter(|check| check.verdict.severity().is_some()) {
            let before = entry(old, &check.id).map(|check| check.verdict);
            let change = Change {
                id: check.id.clone(),
                title: check.title.clone(),
                before,
                now: Some(check.verdict),
                headline: check.headline.clone(),
            };
            let list = match before.and_then(weight) {
                None => &mut difference.appeared,
                Some(before) => match weight(check.verdict).cmp(&Some(before)) {
                    std::cmp::Ordering::Greater => &mut difference.worse,
                    std::cmp::Ordering::Less => &mut difference.milder,
                    std::cmp::Ordering::Equal => &mut difference.same,
                },
            };
            list.push(change);
        }
        for check in old.checks.iter().filter(|check| check.verdict.severity().is_some()) {
            let now = entry(new, &check.id);
            if now.is_some_and(|now| now.verdict.severity().is_some()) {
                continue;
            }
            let is_gone = now.is_some_and(|now| now.verdict == Verdict::Pass);
            let list = if is_gone { &mut difference.gone } else { &mut difference.unknown };
            list.push(Change {
                id: check.id.clone(),
                title: check.title.clone(),
                before: Some(check.verdict),
                now: now.map(|now| now.verdict),
                headline: now.unwrap_or(check).headline.clone(),
            });
        }
        difference
    }

    /// Whether something is new or worse.
    pub fn is_worse(&self) -> bool {
        !self.appeared.is_empty() || !self.worse.is_empty()
    }
}

/// Whether the baseline lacks this finding, or has it as a milder one.
pub(super) fn is_new_or_worse(check: &CheckEntry, baseline: &Report) -> bool {
    let before = entry(baseline, &check.id).and_then(|check| weight(check.verdict));
    weight(check.verdict) > before
}

fn entry<'a>(report: &'a Report, id: &str) -> Option<&'a CheckEntry> {
    report.checks.iter().find(|check| check.id == id)
}

/// A failure outweighs every warning.
fn weight(verdict: Verdict) -> Option<(bool, Severity)> {
    match verdict {
        Verdict::Fail { severity } => Some((true, severity)),
        Verdict::Warn { severity } => Some((false, severity)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        check::Reason,
        report::testing::{check_entry, report},
    };

    #[test]
    fn a_finding_that_was_not_asked_again_is_not_gone() {
        let fail = |severity| Verdict::Fail { severity };
        let skipped = Verdict::NotApplicable { reason: Reason::Skipped };
        let all = |verdicts: [Verdict; 6]| {
            let ids = ["A", "B", "C", "D", "E", "F"];
            report(ids.iter().zip(verdicts).map(|(id, verdict)| check_entry(id, verdict, &[])).collect())
        };
        let (low, high) = (fail(Severity::Low), fail(Severity::High));
        let old = all([Verdict::Pass, low, high, high, high, low]);
        let new = all([low, high, low, Verdict::Pass, skipped, low]);
        let difference = Difference::between(&old, &new);
        let ids = |changes: &[Change]| changes.iter().map(|change| change.id.clone()).collect::<String>();
        assert_eq!(ids(&difference.appeared), "A");
        assert_eq!(ids(&difference.worse), "B");
        assert_eq!(ids(&difference.milder), "C");
        assert_eq!(ids(&difference.gone), "D");
        assert_eq!(ids(&difference.unknown), "E");
        assert_eq!(ids(&difference.same), "F");
        assert!(difference.is_worse());
        assert!(!Difference::between(&old, &old).is_worse());
    }
}
