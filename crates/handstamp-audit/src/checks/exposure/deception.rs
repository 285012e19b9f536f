//! SA-EXP-05: no cache is led to keep an account's page under another name.

use crate::{
    audit::{Audit, Halt, Seen},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    credentials::{Carrier, Credentials},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-05", Group::Exposure, Severity::High, "no cache keeps a page under another name")
        .explained(
            "Asks as the account for its page with an ending that caches keep, such as `/x.css`, and then for the same URL \
             without a credential. It fails where that shows the account: a link is enough to have the page kept for \
             everybody. Without a cache in front it does not apply.",
        )
        .remedied_by("Answer unknown paths with 404, and let the cache go by `Cache-Control`, not by endings.")
        .standards(&["14.2.5"], &["ATHN-06"], &[525])
        .from_profile(Profile::Standard)
        .costs(10),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let credentials = audit.sign_in(person).await?.credentials();
    let (origin, whoami) = audit.whoami(&credentials)?;
    let path = whoami.target.split('?').next().unwrap_or_default().trim_end_matches('/').to_owned();
    let mut evidence = Vec::new();
    let mut shown = 0;
    for ending in ["/{}.css", ";{}.css", "%2f{}.css", "%3b{}.css"] {
        // A name that nobody asked for before: an older answer is not to be what is seen.
        let mut request = whoami.clone();
        request.target = format!("{path}{}", ending.replace("{}", &audit.random().word()));
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cache-control"));
        let own = audit.client().send(&origin, request.clone(), "the account's page with an ending").await?;
        if audit.seen(&own) != Seen::Person(person) {
            continue;
        }
        shown += 1;
        for carrier in credentials.carriers() {
            if let Carrier::Header(header) = carrier {
                request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header));
            }
        }
        let bare = Credentials::none().apply(request);
        let others = audit.client().send(&origin, bare, "the same URL without a credential").await?;
        evidence.extend([own.id, others.id]);
        if audit.seen(&others) == Seen::Person(person) {
            let why = format!(
                "{} is shown to nobody in particular after the account asked for it",
                others.request.target
            );
            return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
        }
    }
    let has_cache = audit.client().journal().all().iter().any(|exchange| {
        exchange.response.may_be_cached()
            || exchange.response.header("x-cache").is_some()
            || exchange.response.header("via").is_some()
    });
    if has_cache {
        return Ok(Outcome::pass("no ending made a cache keep the account's page").shown_by(evidence));
    }
    let why = format!("no answer shows a cache in front; {shown} of 4 endings show the account's page");
    Ok(Outcome::not_applicable(Reason::NoSuchFeature, why).shown_by(evidence))
}
