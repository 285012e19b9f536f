//! SA-CSR-04: no link writes.

use super::forged::{
    fetch_what_it_needs, from_another_site, own_write_works, sees_effect_of, without_tokens, writing,
};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::{Body, StepName},
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CSR-04", Group::CrossSite, Severity::Medium, "no link writes")
        .explained(
            "Sends the write's fields as a query with GET and nothing but the cookie, as a link on another site does. It \
             fails where the effect is read back: `SameSite=Lax` lets links through.",
        )
        .remedied_by("Write on POST, PUT, PATCH and DELETE only, and read their fields from the body only.")
        .standards(&["3.5.3"], &["SESS-05"], &[352])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Write])
        .costs(8),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let bare = without_tokens(writing(audit)?);
    if !matches!(bare.body, Body::Form(_)) {
        return Ok(Outcome::not_applicable(
            Reason::NoSuchFeature,
            "the write sends no form that could be a query",
        ));
    }
    let mut visitor = audit.sign_in(audit.first()).await?;
    let mut evidence = own_write_works(audit, &mut visitor).await?;
    fetch_what_it_needs(audit, &mut visitor).await?;
    let mut browser = visitor.clone();
    browser.variables.set("nonce", audit.random().word());
    let mut exchanges = Vec::new();
    match browser.play_request(StepName::Write, &bare, &as_link, &mut exchanges).await {
        Ok(()) => {}
        Err(error) if error.source.is_none() => {}
        Err(error) => return Err(error.into()),
    }
    evidence.extend(exchanges.iter().map(|exchange| exchange.id));
    let (seen, read) = sees_effect_of(&visitor, browser).await?;
    evidence.extend(read);
    Ok(if seen {
        Outcome::fail(CHECK.description.severity, "a link with the fields in its query was carried out")
    } else {
        Outcome::pass("a link with the fields in its query had no effect")
    }
    .shown_by(evidence))
}

fn as_link(request: &mut Request) {
    from_another_site(request);
    // Browsers send no Origin with a link.
    request.headers.retain(|(name, _)| {
        !name.eq_ignore_ascii_case("origin") && !name.eq_ignore_ascii_case("content-type")
    });
    let form = String::from_utf8_lossy(&request.body).into_owned();
    let joint = if request.target.contains('?') { '&' } else { '?' };
    request.target = format!("{}{joint}{form}", request.target);
    "GET".clone_into(&mut request.method);
    request.body.clear();
}
