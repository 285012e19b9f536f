//! SA-TOK-09: whether tokens from before login are of the same kind.

use super::{
    analysed::are_alike,
    sample::{logins, visits},
};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-09", Group::Token, Severity::Information, "what visitors get before login is compared")
        .explained(
            "Takes twenty tokens by visits before login and compares their format and structure with those of logins. \
             Nothing fails here: where they are alike, one generator makes both, and the checks of token quality take \
             their large sample by visits, which cost one request each instead of a login.",
        )
        .remedied_by("Nothing has to be changed; this says how the sample of the other checks was taken.")
        .from_profile(Profile::Standard)
        .costs(20),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let logins = logins(audit).await?;
    let Some(visits) = visits(audit).await? else {
        let why = format!("a visit before login gets no {}", logins.carrier);
        return Ok(Outcome::not_applicable(Reason::NoAnonymousSession, why));
    };
    let headline = if are_alike(audit, &logins, &visits) {
        "tokens from before login are of the same kind as those of logins, and were taken for the large sample"
    } else {
        "tokens from before login differ from those of logins in format or structure"
    };
    Ok(Outcome::pass(headline)
        .fact("logins", logins.told())
        .fact("visits", visits.told())
        .shown_by(logins.evidence().chain(visits.evidence())))
}
