//! Parked sessions: asked once each, and what is concluded.

use std::time::Duration;

use handstamp_audit::{
    audit::Audit,
    check::{Profile, Reason, Severity, Verdict},
    parked::{Parked, SCHEDULE, ask_due, park, release},
};
use handstamp_audit_target::{Flaw, Options};

use super::bench::prepared;

const MINUTE: Duration = Duration::from_secs(60);

/// Writes the state down and reads it again, as a day between the two does.
fn written_and_read(parked: &Parked) -> Parked {
    Parked::read(&parked.written().expect("text")).expect("what was written")
}

/// Asks at each time of the schedule, until an answer is known.
async fn ask_over_a_day(audit: &Audit, parked: &mut Parked) -> Verdict {
    let mut waited = Duration::ZERO;
    let policy = &audit.recipe().policy;
    for time in SCHEDULE {
        // The target's clock is that of the auditor here; the recipe's own hook is not used.
        audit.clock().pause(time.saturating_sub(waited)).await;
        waited = time;
        ask_due(audit, parked).await.expect("the target answers");
        *parked = written_and_read(parked);
        let outcome = parked.conclude(policy);
        if outcome.verdict.reason() != Some(Reason::Pending) {
            return outcome.verdict;
        }
    }
    panic!("nothing is known after a day: {:?}", parked.sessions());
}

#[tokio::test]
async fn an_idle_timeout_is_found_between_two_askings() {
    // The target keeps five sessions of an account: five wait.
    let (audit, recipe, _running) = prepared(Options::new(), |recipe| recipe, Profile::Standard, 1).await;
    let mut parked = park(&audit, &SCHEDULE).await.expect("parked");
    assert_eq!(parked.sessions().len(), 5);
    assert_eq!(ask_over_a_day(&audit, &mut parked).await, Verdict::Pass);
    let headline = parked.conclude(&recipe.policy).headline;
    assert!(headline.starts_with("ends between 15 min and 45 min"), "{headline}");
    release(&audit, &parked).await;
}

#[tokio::test]
async fn a_session_is_asked_once_and_in_its_time() {
    let (audit, recipe, _running) =
        prepared(Options::new().flaw(Flaw::Unlimited), |recipe| recipe, Profile::Standard, 1).await;
    let mut parked = park(&audit, &SCHEDULE).await.expect("parked");
    assert_eq!(parked.sessions().len(), SCHEDULE.len());
    assert_eq!(ask_due(&audit, &mut parked).await.expect("asked"), 0, "nobody's time has come");
    assert_eq!(parked.conclude(&recipe.policy).verdict, Verdict::Inconclusive { reason: Reason::Pending });
    audit.clock().pause(MINUTE * 5).await;
    assert_eq!(ask_due(&audit, &mut parked).await.expect("asked"), 3);
    assert_eq!(ask_due(&audit, &mut parked).await.expect("asked"), 0, "asking is a use");
    assert_eq!(ask_over_a_day(&audit, &mut parked).await, Verdict::Pass);
    let headline = parked.conclude(&recipe.policy).headline;
    assert!(headline.starts_with("ends between 20 min and 35 min"), "{headline}");
    let released = release(&audit, &parked).await;
    assert_eq!(released.left, 0);
}

#[tokio::test]
async fn sessions_that_outlive_what_is_declared_are_a_finding() {
    let flaws = Options::new().flaw(Flaw::Unlimited).flaw(Flaw::IdleDouble);
    let (audit, _, _running) = prepared(flaws, |recipe| recipe, Profile::Standard, 1).await;
    let mut parked = park(&audit, &SCHEDULE).await.expect("parked");
    let verdict = ask_over_a_day(&audit, &mut parked).await;
    assert_eq!(verdict, Verdict::Fail { severity: Severity::Medium });
}

#[tokio::test]
async fn the_state_is_refused_with_another_recipe_and_shows_no_token() {
    let (audit, _, _running) = prepared(Options::new(), |recipe| recipe, Profile::Standard, 1).await;
    let parked = park(&audit, &SCHEDULE[..2]).await.expect("parked");
    let changed = |recipe: String| recipe.replace("idle = ", "# changed\nidle = ");
    let (other, _, _other) = prepared(Options::new(), changed, Profile::Standard, 1).await;
    assert!(parked.check_recipe(audit.recipe()).is_ok());
    assert!(parked.check_recipe(other.recipe()).is_err());
    let text = parked.written().expect("text");
    let token = text.split("__Host-sid\",").nth(1).and_then(|rest| rest.split('"').nth(1)).expect("a token");
    assert_eq!(token.len(), 64, "{token}");
    assert!(!format!("{parked:?} {:?}", parked.sessions()).contains(token));
    for no in
        ["", "{}", &text.replace("\"version\": 1", "\"version\": 2"), &text.replace("\"after\"", "\"when\"")]
    {
        assert!(Parked::read(no).is_err());
    }
}
