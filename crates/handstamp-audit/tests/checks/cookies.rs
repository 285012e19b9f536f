//! Cookies.

use handstamp_audit::check::{Reason, Severity, Verdict};
use handstamp_audit_target::Flaw;

use super::{ask, ask_as, assert_found, verdict};

/// The checks whose answers are more than the first login's.
const GROUP: &[&str] = &["END-01", "CKE"];

#[tokio::test]
async fn an_application_that_does_everything_right_has_no_finding() {
    let run = ask(GROUP, &[]).await;
    assert_found(&run, &[]);
    for id in ["SA-CKE-01", "SA-CKE-02", "SA-CKE-03", "SA-CKE-04", "SA-CKE-05", "SA-CKE-06", "SA-CKE-07"] {
        let (verdict, headline) = verdict(&run, id);
        assert_eq!(verdict, Verdict::Pass, "{id}: {headline}");
        assert_eq!(run.result(id).expect("a result").requests, 0, "{id} reads what is there");
    }
    for id in ["SA-CKE-10", "SA-CKE-11"] {
        let (verdict, headline) = verdict(&run, id);
        assert_eq!(verdict, Verdict::Pass, "{id}: {headline}");
    }
    for id in ["SA-CKE-08", "SA-CKE-09"] {
        assert_eq!(verdict(&run, id).0, Verdict::NotApplicable { reason: Reason::CleartextTarget }, "{id}");
    }
}

#[tokio::test]
async fn each_flaw_is_found_by_its_own_check_alone() {
    let fail = |severity| Verdict::Fail { severity };
    let warn = |severity| Verdict::Warn { severity };
    for (flaw, expected) in [
        (Flaw::NoSecure, fail(Severity::Medium)),
        (Flaw::NoHttpOnly, fail(Severity::Medium)),
        (Flaw::NoSameSite, warn(Severity::Low)),
        (Flaw::SameSiteNone, fail(Severity::Medium)),
        (Flaw::NoPrefix, fail(Severity::Low)),
        (Flaw::MangledPrefix, fail(Severity::Medium)),
        (Flaw::LongLived, fail(Severity::Low)),
        (Flaw::DuplicatesCrash, fail(Severity::Low)),
    ] {
        let run = ask(GROUP, &[flaw]).await;
        assert_found(&run, &[flaw.check_id()]);
        assert_eq!(verdict(&run, flaw.check_id()).0, expected, "{flaw}");
    }
}

#[tokio::test]
async fn over_plain_http_secure_is_not_asked() {
    let without_tls = |recipe: String| recipe.replace("assume_tls = true", "assume_tls = false");
    let run = ask_as(GROUP, &[Flaw::NoSecure], without_tls).await;
    assert_eq!(verdict(&run, "SA-CKE-01").0, Verdict::NotApplicable { reason: Reason::CleartextTarget });
}
