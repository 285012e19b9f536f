//! SA-END-04: a link does not sign anybody out.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::{Body, StepName},
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-04", Group::Termination, Severity::Low, "no foreign link signs anybody out")
        .explained(
            "Sends the logout as a bare GET the way a foreign page's picture or link would, and asks `whoami`. It fails \
             where the session is gone.",
        )
        .remedied_by("Take logout by POST only, with the protection that other writes have.")
        .standards(&["3.5.3"], &["SESS-05"], &[352])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Logout])
        .costs(6),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let credentials = visitor.credentials();
    let Some(logout) = audit.recipe().steps.get(&StepName::Logout).and_then(|step| step.requests.last())
    else {
        return Ok(Outcome::not_applicable(Reason::NoStepInRecipe, "the recipe has no step logout"));
    };
    let mut bare = logout.clone();
    bare.body = Body::None;
    "GET".clone_into(&mut bare.method);
    let (origin, wire) = visitor.compose(&bare).map_err(|why| {
        Halt::not_applicable(Reason::NoSuchFeature, format!("logout cannot be sent as a link: {why}"))
    })?;
    let link = Request::get(wire.target)
        .header("Sec-Fetch-Site", "cross-site")
        .header("Sec-Fetch-Mode", "no-cors")
        .header("Sec-Fetch-Dest", "image")
        .header("Referer", "http://another-site.test/");
    let before = audit.look_for(&credentials, "before: whoami").await?;
    if !before.is(person) {
        return Ok(Outcome::inconclusive(Reason::ControlFailed, "a fresh login was not shown by whoami")
            .shown_by([before.id()]));
    }
    let sent = audit
        .client()
        .send(&origin, visitor.with_cookies(&origin, link), "logout as a foreign page's picture")
        .await?;
    let after = audit.look_for(&credentials, "after: whoami").await?;
    let evidence = [before.id(), sent.id, after.id()];
    Ok(if after.is(person) {
        Outcome::pass("a bare GET signs nobody out")
    } else {
        Outcome::fail(
            CHECK.description.severity,
            format!("a bare GET of {} ended the session", sent.request.target),
        )
    }
    .shown_by(evidence))
}
