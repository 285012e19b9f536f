//! Races: what was not seen is not called absent.

use handstamp_audit::check::{Reason, Severity, Verdict};
use handstamp_audit_target::Flaw;

use super::{ask, assert_found, verdict};

/// The races with what they lean on.
const GROUP: &[&str] = &["FIX-01", "END-01", "END-06", "END-11", "MUL-01", "RAC"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_does_everything_right_has_no_finding() {
    let run = ask(GROUP, &[]).await;
    assert_found(&run, &[]);
    for id in ["SA-RAC-02", "SA-RAC-04", "SA-RAC-05", "SA-RAC-06", "SA-RAC-07"] {
        let (verdict, headline) = verdict(&run, id);
        assert_eq!(verdict, Verdict::Pass, "{id}: {headline}");
    }
    // Where every write is answered before the logout could be sent nothing was shown, and it says so.
    let (in_flight, headline) = verdict(&run, "SA-RAC-01");
    let nothing_under_way = Verdict::Inconclusive { reason: Reason::NotObserved };
    assert!([Verdict::Pass, nothing_under_way].contains(&in_flight), "{in_flight:?} {headline}");
    if in_flight == Verdict::Pass {
        assert!(headline.contains("26 %"), "{headline}");
    }
    assert_eq!(verdict(&run, "SA-RAC-03").0, Verdict::NotApplicable { reason: Reason::NoStepInRecipe });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_flaw_is_found_by_its_own_check_alone() {
    for (flaw, severity) in [
        (Flaw::UpsertOnSave, Severity::High),
        (Flaw::LimitToctou, Severity::Medium),
        (Flaw::CrossTalk, Severity::High),
    ] {
        let run = ask(GROUP, &[flaw]).await;
        assert_found(&run, &[flaw.check_id()]);
        assert_eq!(verdict(&run, flaw.check_id()).0, Verdict::Fail { severity }, "{flaw}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_nothing_without_a_race_is_no_race() {
    let run = ask(GROUP, &[Flaw::LogoutClientOnly]).await;
    assert_eq!(verdict(&run, "SA-RAC-01").0, Verdict::Inconclusive { reason: Reason::NeedsAnotherCheck });
    let run = ask(GROUP, &[Flaw::KeepIdAtLogin]).await;
    assert_eq!(verdict(&run, "SA-RAC-05").0, Verdict::Inconclusive { reason: Reason::NeedsAnotherCheck });
    let run = ask(GROUP, &[Flaw::Unlimited]).await;
    assert_eq!(verdict(&run, "SA-RAC-02").0, Verdict::Inconclusive { reason: Reason::NeedsAnotherCheck });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_race_that_is_asked_alone_has_its_own_control() {
    let run = ask(&["RAC-01"], &[Flaw::LogoutClientOnly]).await;
    assert_eq!(verdict(&run, "SA-RAC-01").0, Verdict::Inconclusive { reason: Reason::NeedsAnotherCheck });
}
