//! The report as `JUnit` XML, which every build server shows.

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use thiserror::Error;

use super::{CheckEntry, Report, terminal::mapping};
use crate::check::{Group, Verdict};

/// Why a report has no XML form.
#[derive(Debug, Error)]
#[error("the report cannot be written as XML: {0}")]
#[non_exhaustive]
pub struct XmlError(String);

impl Report {
    /// The report as `JUnit` XML: a suite for each group, a test for each check. A failure fails, a warning passes and
    /// says so, what was not asked or not answered is skipped with its reason. `strict` makes a question without an
    /// answer a failure, as it does for the exit code; one that was not asked stays skipped.
    pub fn to_junit(&self, is_strict: bool) -> Result<String, XmlError> {
        let mut document = quick_junit::Report::new(self.tool.name.clone());
        document.set_time(Duration::from_millis(self.took_ms));
        for group in Group::ALL {
            let checks = self.checks.iter().filter(|check| check.group == group.code());
            let cases: Vec<_> = checks.map(|check| case(check, is_strict)).collect();
            if cases.is_empty() {
                continue;
            }
            let mut suite = TestSuite::new(group.title());
            suite.set_time(cases.iter().filter_map(|case| case.time).sum());
            suite.add_test_cases(cases);
            document.add_test_suite(suite);
        }
        document.to_string().map_err(|error| XmlError(error.to_string()))
    }
}

fn case(check: &CheckEntry, is_strict: bool) -> TestCase {
    let status = match check.verdict {
        Verdict::Pass | Verdict::Warn { .. } => TestCaseStatus::success(),
        Verdict::Fail { severity } => failed(NonSuccessKind::Failure, severity.word(), check),
        Verdict::Error => failed(NonSuccessKind::Error, "error", check),
        Verdict::Inconclusive { reason } if is_strict => {
            failed(NonSuccessKind::Failure, reason.word(), check)
        }
        Verdict::Inconclusive { reason } | Verdict::NotApplicable { reason } => {
            let mut status = TestCaseStatus::skipped();
            status.set_type(reason.word()).set_message(check.said());
            status
        }
    };
    let mut case = TestCase::new(format!("{} {}", check.id, check.title), status);
    case.set_classname(format!("handstamp.audit.{}", check.group));
    case.set_time(Duration::from_millis(check.took_ms));
    let word = match check.verdict.severity() {
        Some(severity) => format!("{} ({severity})", check.verdict),
        None => check.verdict.to_string(),
    };
    case.set_system_out(format!("{word}: {}", check.headline));
    case
}

fn failed(kind: NonSuccessKind, word: &str, check: &CheckEntry) -> TestCaseStatus {
    let facts: Vec<_> = check.facts.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect();
    let description = [mapping(check), facts.join("\n"), format!("What to change: {}", check.remedy)];
    let description: Vec<_> = description.into_iter().filter(|part| !part.is_empty()).collect();
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(word).set_message(check.headline.as_str()).set_description(description.join("\n\n"));
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        check::{Reason, Severity},
        report::testing::{check_entry, report},
    };

    fn xml(is_strict: bool) -> String {
        let verdicts = [
            ("SA-END-01", Verdict::Fail { severity: Severity::High }),
            ("SA-END-02", Verdict::Warn { severity: Severity::Low }),
            ("SA-END-03", Verdict::Inconclusive { reason: Reason::Unstable }),
            ("SA-FIX-01", Verdict::NotApplicable { reason: Reason::NoStepInRecipe }),
            ("SA-FIX-02", Verdict::Error),
        ];
        let checks = verdicts.iter().map(|(id, verdict)| check_entry(id, *verdict, &[])).collect();
        report(checks).to_junit(is_strict).unwrap()
    }

    #[test]
    fn a_suite_for_each_group_and_every_verdict_as_build_servers_know_it() {
        let xml = xml(false);
        let suite = xml.split(r#"<testsuite name="Termination""#).nth(1).unwrap();
        let counts = suite.split('>').next().unwrap();
        for count in ["tests=\"3\"", "skipped=\"1\"", "errors=\"0\"", "failures=\"1\""] {
            assert!(counts.contains(count), "{counts}");
        }
        assert!(xml.contains(r#"<failure message="what SA-END-01 saw" type="high">"#), "{xml}");
        assert_eq!(xml.matches("<skipped").count(), 2, "{xml}");
        assert!(xml.contains("the recipe has no step for it"), "{xml}");
        assert!(xml.contains(r#"<error message="what SA-FIX-02 saw" type="error">"#), "{xml}");
    }

    #[test]
    fn strictness_fails_what_was_asked_and_not_what_was_not() {
        let xml = xml(true);
        assert!(xml.contains(r#"<failure message="what SA-END-03 saw" type="unstable">"#), "{xml}");
        assert_eq!(xml.matches("<skipped").count(), 1, "{xml}");
    }
}
