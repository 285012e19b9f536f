//! SA-EXP-03: nobody signs in by a URL.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::StepName,
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-03", Group::Exposure, Severity::Medium, "no URL signs anybody in")
        .explained(
            "Sends the login's form as a query with GET, and asks `whoami` with what comes back. It fails where that \
             signs in: passwords then stand in histories and logs, and a link can sign somebody in as somebody else.",
        )
        .remedied_by("Take the login by POST only, and read its fields from the body only.")
        .standards(&["14.2.1"], &["SESS-04"], &[598])
        .from_profile(Profile::Standard)
        .costs(5),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut visitor = audit.visitor(person);
    let played = visitor.play_altered(StepName::Login, &as_query).await;
    let evidence = match played {
        Ok(played) => played.ids(),
        Err(error) if error.source.is_none() => error.exchange.into_iter().collect(),
        Err(error) => return Err(error.into()),
    };
    let sent_form = audit.recipe().steps.get(&StepName::Login).is_some_and(|step| {
        step.requests.iter().any(|request| matches!(request.body, crate::recipe::Body::Form(_)))
    });
    if !sent_form {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "the login sends no form"));
    }
    audit.remember(&visitor);
    let look = audit.look_for(&visitor.credentials(), "whoami after a login by GET").await?;
    let outcome = if look.is(person) {
        Outcome::fail(CHECK.description.severity, "the login works as a URL with user and password in it")
    } else {
        Outcome::pass("the login is refused as a URL")
    };
    let control = audit.still_works(person).await?;
    Ok(outcome.shown_by(evidence).shown_by([look.id(), control]))
}

/// The same fields as a query.
fn as_query(request: &mut Request) {
    let is_form =
        request.header_value("content-type").is_some_and(|kind| kind.starts_with(b"application/x-www-form"));
    if request.method == "GET" || !is_form {
        return;
    }
    let form = String::from_utf8_lossy(&request.body).into_owned();
    let joint = if request.target.contains('?') { '&' } else { '?' };
    request.target = format!("{}{joint}{form}", request.target);
    "GET".clone_into(&mut request.method);
    request.body.clear();
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
}
