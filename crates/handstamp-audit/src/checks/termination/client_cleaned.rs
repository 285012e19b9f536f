//! SA-END-03: logout cleans the browser too.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Severity},
    checks::Check,
    credentials::Carrier,
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-03", Group::Termination, Severity::Low, "logout takes the cookie from the browser")
        .explained(
            "Signs out and looks whether the answers expire every cookie that signs in, with its own name, path and \
             domain. Where they do not, the token stays on the machine after logout; it is low because the server \
             is what has to end it.",
        )
        .remedied_by(
            "Answer logout with the same cookie, empty and with `Max-Age=0`, same path and domain; \
             `Clear-Site-Data: \"cookies\", \"storage\", \"cache\"` does it for everything else.",
        )
        .standards(&["14.3.1"], &["SESS-06"], &[613])
        .needs(&[StepName::Logout])
        .costs(4),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let mut visitor = audit.sign_in(audit.first()).await?;
    let before = visitor.credentials();
    let played = visitor.play(StepName::Logout).await?;
    let after = visitor.credentials();
    let clears = played.exchanges.iter().any(|exchange| {
        exchange
            .response
            .header("clear-site-data")
            .is_some_and(|value| value.contains("cookies") || value.contains('*'))
    });
    let kept: Vec<_> = before
        .parts()
        .filter(|(carrier, _)| audit.oracle().is_none_or(|oracle| oracle.authenticates(carrier)))
        .filter(|(carrier, value)| matches!(carrier, Carrier::Cookie(_)) && after.get(carrier) == Some(value))
        .map(|(carrier, _)| carrier.to_string())
        .collect();
    let outcome = if kept.is_empty() || clears {
        Outcome::pass("logout expires or replaces every cookie that signed in")
    } else {
        Outcome::fail(CHECK.description.severity, format!("logout leaves {} in the browser", kept.join(", ")))
    };
    Ok(outcome.fact("Clear-Site-Data", if clears { "yes" } else { "no" }).shown_by(played.ids()))
}
