//! Several sessions.

use std::{fs, path::PathBuf};

use handstamp_audit::check::{Reason, Severity, Verdict};
use handstamp_audit_target::Flaw;

use super::{ask, ask_as, assert_found, verdict};

const GROUP: &[&str] = &["MUL"];

#[tokio::test]
async fn an_application_that_does_everything_right_has_no_finding() {
    let run = ask(GROUP, &[]).await;
    assert_found(&run, &[]);
    for id in ["SA-MUL-01", "SA-MUL-02", "SA-MUL-03", "SA-MUL-04", "SA-MUL-05", "SA-MUL-06"] {
        let (verdict, headline) = verdict(&run, id);
        assert_eq!(verdict, Verdict::Pass, "{id}: {headline}");
    }
    assert_eq!(run.cleaned_up.left, 0, "sessions are left behind");
}

#[tokio::test]
async fn each_flaw_is_found_by_its_own_check_alone() {
    for (flaw, expected) in [
        (Flaw::Unlimited, Verdict::Warn { severity: Severity::Low }),
        (Flaw::LimitOffByOne, Verdict::Warn { severity: Severity::Low }),
        (Flaw::ListStale, Verdict::Fail { severity: Severity::Medium }),
        (Flaw::EndOneNoop, Verdict::Fail { severity: Severity::High }),
        (Flaw::EndOtherUser, Verdict::Fail { severity: Severity::High }),
        (Flaw::ListShowsToken, Verdict::Fail { severity: Severity::High }),
    ] {
        let run = ask(GROUP, &[flaw]).await;
        assert_found(&run, &[flaw.check_id()]);
        assert_eq!(verdict(&run, flaw.check_id()).0, expected, "{flaw}");
    }
}

#[tokio::test]
async fn a_stranger_proves_nothing_where_the_owner_cannot_end_a_session_either() {
    let run = ask(GROUP, &[Flaw::EndOneNoop]).await;
    assert_eq!(verdict(&run, "SA-MUL-04").0, Verdict::Inconclusive { reason: Reason::ControlFailed });
}

#[tokio::test]
async fn what_is_not_declared_is_only_counted() {
    let undeclared = |recipe: String| {
        recipe.lines().filter(|line| !line.starts_with("concurrent")).collect::<Vec<_>>().join("\n")
    };
    let run = ask_as(&["MUL-01"], &[Flaw::Unlimited], undeclared).await;
    let (verdict, headline) = verdict(&run, "SA-MUL-01");
    assert_eq!(verdict, Verdict::Pass);
    assert!(headline.contains("5 of 5 sessions"), "{headline}");
}

#[tokio::test]
async fn a_login_without_a_mail_is_told_after_a_minute() {
    let sink = Sink::new();
    let run = ask_as(&["MUL-06"], &[], |recipe| sink.in_recipe(&recipe)).await;
    let (verdict, headline) = verdict(&run, "SA-MUL-06");
    assert_eq!(verdict, Verdict::Warn { severity: Severity::Information });
    assert!(headline.contains("within 60 s"), "{headline}");
}

/// A folder for mails that ends with the test.
struct Sink(PathBuf);

impl Sink {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("handstamp-sink-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        fs::write(path.join("1.eml"), "a mail from before").expect("a folder");
        Self(path)
    }

    fn in_recipe(&self, recipe: &str) -> String {
        recipe.lines().fold(String::new(), |recipe, line| {
            let is_sink = line.starts_with("url = \"http://localhost") && line.ends_with("/test/mail\"");
            recipe + &if is_sink { format!("file = '{}'", self.0.display()) } else { line.to_owned() } + "\n"
        })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
