//! SA-END-04: a link does not sign anybody out.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{Check, cross_site::weakest_same_site},
    cookie::SameSite,
    recipe::{Body, StepName},
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-04", Group::Termination, Severity::Low, "no foreign link signs anybody out")
        .explained(
            "Sends the logout as a bare GET the way a foreign page's picture or link would, and asks `whoami`. It fails \
             where the session is gone, or the browser has lost it, and warns where SameSite=Strict keeps browsers \
             from sending it.",
        )
        .remedied_by("Take logout by POST only, with the protection that other writes have.")
        .standards(&["3.5.3"], &["SESS-05"], &[352])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Logout])
        .costs(7),
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
    bare.headers.clear();
    bare.follows_redirects = false;
    let (_, Request { target, .. }) = visitor.compose(&bare).map_err(|why| {
        Halt::not_applicable(Reason::NoSuchFeature, format!("logout cannot be sent as a link: {why}"))
    })?;
    let before = audit.look_for(&credentials, "before: whoami").await?;
    if !before.is(person) {
        return Ok(Outcome::inconclusive(Reason::ControlFailed, "a fresh login was not shown by whoami")
            .shown_by([before.id()]));
    }
    let mut evidence = vec![before.id()];
    let mut browser = visitor.clone();
    let mut exchanges = Vec::new();
    match browser.play_request(StepName::Logout, &bare, &as_picture, &mut exchanges).await {
        Ok(()) => {}
        // A refusal is the good answer.
        Err(error) if error.source.is_none() => {}
        Err(error) => return Err(error.into()),
    }
    evidence.extend(exchanges.iter().map(|exchange| exchange.id));
    // Where the whole session is in the cookie, the old one lives on and the browser has lost it.
    let mut is_signed_in = true;
    for (credentials, purpose) in
        [(&credentials, "after: whoami"), (&browser.credentials(), "after: whoami as this browser")]
    {
        let after = audit.look_for(credentials, purpose).await?;
        evidence.push(after.id());
        is_signed_in &= after.is(person);
    }
    let path = target.split('?').next().unwrap_or_default();
    Ok(if is_signed_in {
        Outcome::pass("a bare GET signs nobody out")
    } else if weakest_same_site(audit, &visitor) == Some(SameSite::Strict) {
        let why =
            format!("a bare GET of {path} ended the session, and SameSite=Strict alone stops other sites");
        Outcome::warn(Severity::Information, why)
    } else {
        Outcome::fail(CHECK.description.severity, format!("a bare GET of {path} ended the session"))
    }
    .shown_by(evidence))
}

/// The headers that a browser sends with a picture of another site.
fn as_picture(request: &mut Request) {
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "no-cors"),
        ("Sec-Fetch-Dest", "image"),
        ("Referer", "http://another-site.test/"),
    ] {
        *request = request.clone().header(name, value);
    }
}
