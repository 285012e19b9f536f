//! SA-EXP-09: other sites cannot read the account's pages.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-09", Group::Exposure, Severity::High, "no other site reads an account's pages")
        .explained(
            "Asks for the account's page as other origins: a foreign one, `null`, and two whose names begin or end with the \
             own one. It fails where the answer allows that origin to read it with credentials.",
        )
        .remedied_by("Allow credentials to a list of origins that are compared whole, never to the one that asks.")
        .standards(&["3.4.2"], &["CLNT-07"], &[942])
        .from_profile(Profile::Standard)
        .costs(7),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let credentials = audit.sign_in(audit.first()).await?.credentials();
    let (origin, request) = audit.whoami(&credentials)?;
    let own = origin.to_string();
    let scheme = if origin.is_secure { "https" } else { "http" };
    let foreign = [
        format!("{scheme}://foreign-site.test"),
        "null".to_owned(),
        format!("{own}.foreign-site.test"),
        format!("{scheme}://foreign{}", origin.authority()),
    ];
    let mut evidence = Vec::new();
    for name in foreign {
        let asked = request.clone().only_header("origin", name.as_bytes());
        let exchange = audit.client().send(&origin, asked, &format!("the account's page as {name}")).await?;
        evidence.push(exchange.id);
        let allowed = exchange
            .response
            .header("access-control-allow-origin")
            .is_some_and(|allowed| allowed.trim() == name);
        let with_credentials = exchange
            .response
            .header("access-control-allow-credentials")
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        if allowed && with_credentials {
            let why = format!("the origin {name} may read the account's page with its credentials");
            return Ok(Outcome::fail(CHECK.description.severity, why).shown_by([exchange.id]));
        }
    }
    Ok(Outcome::pass("four foreign origins may not read it with credentials").shown_by(evidence))
}
