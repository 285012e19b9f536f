//! Whether a token is bound to a client. Nobody has to; who does is told.

use super::Check;
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
};

pub(super) const CHECKS: &[Check] = &[CHECK];

const CHECK: Check = Check::new(
    Description::new("SA-BND-01", Group::Binding, Severity::Information, "how a token is bound is known")
        .explained(
            "Asks `whoami` with the token and another User-Agent, and looks for an offer of device-bound sessions. Nothing \
             here is a failure: few applications notice, and none has to.",
        )
        .remedied_by("Nothing has to be done. Device-bound sessions make a stolen cookie worthless; a changed User-Agent is a hint.")
        .standards(&["8.2.4"], &[], &[])
        .from_profile(Profile::Standard)
        .costs(5),
    |audit| Box::pin(run(audit)),
);

const OTHER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let credentials = audit.sign_in(person).await?.credentials();
    let (origin, request) = audit.whoami(&credentials)?;
    let exchange = audit
        .client()
        .send(&origin, request.only_header("user-agent", OTHER), "whoami with another User-Agent")
        .await?;
    let notices = audit.seen(&exchange) != crate::audit::Seen::Person(person);
    let offers = audit.client().journal().all().iter().any(|exchange| {
        exchange.response.header("secure-session-registration").is_some()
            || exchange.response.header("sec-session-registration").is_some()
    });
    let what = match (notices, offers) {
        (_, true) => "device-bound sessions are offered",
        (true, false) => "another User-Agent is noticed",
        (false, false) => "the token works for whoever has it, as almost everywhere",
    };
    Ok(Outcome::pass(what).shown_by([exchange.id]))
}
