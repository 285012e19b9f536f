//! What a build server is told: one number for a run.

use super::{Report, diff::is_new_or_worse};
use crate::check::{Reason, Severity, Verdict};

/// Which findings count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FailOn {
    /// Every failure of low severity and above, and every warning.
    Warn,
    /// Failures of low severity and above.
    #[default]
    Low,
    /// Failures of medium severity and above.
    Medium,
    /// Failures of high severity.
    High,
}

impl FailOn {
    /// Whether a verdict counts.
    pub fn counts(self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Fail { severity } => {
                severity
                    >= match self {
                        Self::Warn | Self::Low => Severity::Low,
                        Self::Medium => Severity::Medium,
                        Self::High => Severity::High,
                    }
            }
            Verdict::Warn { .. } => self == Self::Warn,
            _ => false,
        }
    }
}

/// What a run comes to as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Conclusion {
    /// No finding counts.
    Clear,
    /// Findings count.
    Findings,
    /// The login does not work, or signed in cannot be told from not signed in.
    NoOracle,
    /// A question was asked and has no answer, and all are wanted; or the budget was used up before all were asked.
    Unanswered,
    /// Parked sessions have not reached their time.
    Pending,
    /// The application cannot be reached, or the budget was used up before anything could be asked.
    Unreachable,
}

impl Conclusion {
    /// The number that a process ends with.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Findings => 1,
            Self::NoOracle => 3,
            Self::Unanswered => 4,
            Self::Pending => 5,
            Self::Unreachable => 6,
        }
    }
}

impl Report {
    /// What the run comes to: findings that count first, then what is open. With a baseline only findings that it
    /// lacks, or has as milder ones, count. `strict` takes a question without an answer, or a failure of the auditor
    /// itself, for a reason to stop.
    pub fn conclude(&self, fail_on: FailOn, is_strict: bool, baseline: Option<&Self>) -> Conclusion {
        if !self.gate.is_open {
            return match self.gate.reason {
                Some(Reason::TargetFailing | Reason::Budget) => Conclusion::Unreachable,
                _ => Conclusion::NoOracle,
            };
        }
        let mut findings = self.checks.iter().filter(|check| fail_on.counts(check.verdict));
        if findings.any(|check| baseline.is_none_or(|baseline| is_new_or_worse(check, baseline))) {
            return Conclusion::Findings;
        }
        let is_open = |wanted: fn(Reason) -> bool| {
            self.checks
                .iter()
                .any(|check| matches!(check.verdict, Verdict::Inconclusive { reason } if wanted(reason)))
        };
        let failed = self.checks.iter().any(|check| check.verdict == Verdict::Error);
        if is_strict && (failed || is_open(|reason| reason != Reason::Pending)) {
            return Conclusion::Unanswered;
        }
        // Nothing found is worth nothing where nothing more could be asked.
        if is_open(|reason| reason == Reason::Budget) {
            return Conclusion::Unanswered;
        }
        if is_open(|reason| reason == Reason::Pending) { Conclusion::Pending } else { Conclusion::Clear }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{check_entry, report};

    fn with(verdicts: &[Verdict]) -> Report {
        let entry =
            |(number, verdict): (usize, &Verdict)| check_entry(&format!("SA-END-{number:02}"), *verdict, &[]);
        report(verdicts.iter().enumerate().map(entry).collect())
    }

    const FAIL_LOW: Verdict = Verdict::Fail { severity: Severity::Low };
    const FAIL_HIGH: Verdict = Verdict::Fail { severity: Severity::High };
    const WARN: Verdict = Verdict::Warn { severity: Severity::Medium };
    const OPEN: Verdict = Verdict::Inconclusive { reason: Reason::Unstable };
    const PENDING: Verdict = Verdict::Inconclusive { reason: Reason::Pending };

    #[test]
    fn findings_count_from_the_severity_on_that_was_asked_for() {
        for (verdict, counting) in [
            (FAIL_HIGH, vec![FailOn::Warn, FailOn::Low, FailOn::Medium, FailOn::High]),
            (FAIL_LOW, vec![FailOn::Warn, FailOn::Low]),
            (WARN, vec![FailOn::Warn]),
            (Verdict::Fail { severity: Severity::Information }, vec![]),
            (Verdict::Pass, vec![]),
        ] {
            for fail_on in [FailOn::Warn, FailOn::Low, FailOn::Medium, FailOn::High] {
                let expected =
                    if counting.contains(&fail_on) { Conclusion::Findings } else { Conclusion::Clear };
                assert_eq!(
                    with(&[verdict]).conclude(fail_on, false, None),
                    expected,
                    "{verdict:?} {fail_on:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_open_matters_where_nothing_was_found() {
        let conclude = |verdicts: &[Verdict], strict| with(verdicts).conclude(FailOn::Low, strict, None);
        assert_eq!(conclude(&[OPEN], false), Conclusion::Clear);
        assert_eq!(conclude(&[OPEN], true), Conclusion::Unanswered);
        assert_eq!(conclude(&[Verdict::Error], true), Conclusion::Unanswered);
        assert_eq!(conclude(&[OPEN, FAIL_LOW], true), Conclusion::Findings);
        assert_eq!(conclude(&[PENDING], false), Conclusion::Pending);
        assert_eq!(conclude(&[PENDING], true), Conclusion::Pending);
        let no_step = Verdict::NotApplicable { reason: Reason::NoStepInRecipe };
        assert_eq!(conclude(&[no_step], true), Conclusion::Clear);
    }

    #[test]
    fn a_run_that_could_ask_nothing_says_whose_fault_it_was() {
        let mut closed = with(&[OPEN]);
        closed.gate.is_open = false;
        for (reason, expected) in [
            (Reason::NoOracle, Conclusion::NoOracle),
            (Reason::StepFailed, Conclusion::NoOracle),
            (Reason::TargetFailing, Conclusion::Unreachable),
            (Reason::Budget, Conclusion::Unreachable),
        ] {
            closed.gate.reason = Some(reason);
            assert_eq!(closed.conclude(FailOn::Low, false, None), expected);
        }
    }

    #[test]
    fn with_a_baseline_only_what_is_new_or_worse_counts() {
        let conclude =
            |new: &[Verdict], old: &[Verdict]| with(new).conclude(FailOn::Warn, false, Some(&with(old)));
        assert_eq!(conclude(&[FAIL_LOW], &[FAIL_LOW]), Conclusion::Clear);
        assert_eq!(conclude(&[FAIL_HIGH], &[FAIL_LOW]), Conclusion::Findings);
        assert_eq!(conclude(&[FAIL_LOW], &[FAIL_HIGH]), Conclusion::Clear);
        assert_eq!(conclude(&[FAIL_LOW], &[WARN]), Conclusion::Findings, "a warning became a failure");
        assert_eq!(conclude(&[FAIL_LOW], &[Verdict::Pass]), Conclusion::Findings);
        assert_eq!(conclude(&[Verdict::Pass, FAIL_LOW], &[Verdict::Pass]), Conclusion::Findings);
    }
}
