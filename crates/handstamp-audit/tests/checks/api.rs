//! An API, whose tokens travel and change in ways that pages do not have.

use handstamp_audit::check::{Profile, Severity, Verdict};
use handstamp_audit_target::{ApiStyle, Flaw, Options};

use super::{bench, choices, verdict};

/// Where each answer changes the token, the one before dies by itself within seconds. That was taken for a logout that
/// comes late, and the session that went on under the next token was not asked for.
#[tokio::test]
async fn a_logout_that_ends_nothing_is_seen_however_tokens_travel() {
    for style in ApiStyle::ALL {
        let target = Options::new().api(*style).flaw(Flaw::LogoutNoop);
        let run = bench::audit(target, &choices(&["END-01"]), Profile::Quick, 5).await;
        let (verdict, headline) = verdict(&run, "SA-END-01");
        assert_eq!(verdict, Verdict::Fail { severity: Severity::High }, "{style:?}: {headline}");
        assert!(headline.contains("60 s after logout"), "{style:?}: {headline}");
        // Of a token that was replaced nothing tells whether its session is over.
        let is_told = *style != ApiStyle::Rotating;
        assert!(
            !is_told || run.cleaned_up.ended == 0,
            "{style:?}: what a logout did not end is not counted as ended"
        );
    }
}

/// What was seen of a live token was thrown away where the minute did not fit into the budget, and the run ended with 0.
#[tokio::test]
async fn a_token_that_was_seen_alive_is_a_finding_where_time_runs_out() {
    let short = |recipe: String| recipe.replace("time = \"10000h\"", "time = \"20s\"");
    let target = Options::new().api(ApiStyle::Bearer).flaw(Flaw::LogoutNoop);
    let run = bench::audit_as(target, short, &choices(&["END-01"]), Profile::Quick, 5).await;
    let (verdict, headline) = verdict(&run, "SA-END-01");
    assert_eq!(verdict, Verdict::Fail { severity: Severity::High }, "{headline}");
    assert!(headline.contains("15 s after logout"), "{headline}");
}
