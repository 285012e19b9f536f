//! SA-EXP-04: pages of an account are not kept by caches.

use crate::{
    audit::{Audit, Halt, Seen},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
    credentials::Credentials,
    wire::Response,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-04", Group::Exposure, Severity::High, "caches keep no page of an account")
        .explained(
            "Reads `Cache-Control` of the account's page and asks for the same page without a credential on another \
             connection. Showing the account to nobody is high; a page that says it may be kept is medium; one that \
             does not say `no-store` is low: the next person at the machine finds it with the back button.",
        )
        .remedied_by("Answer every page of somebody who is signed in with `Cache-Control: no-store`.")
        .standards(&["14.2.2", "14.3.2"], &["ATHN-06", "SESS-04"], &[524, 525])
        .costs(6),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let credentials = audit.sign_in(person).await?.credentials();
    let (origin, request) = audit.whoami(&credentials)?;
    // Without the request's own no-cache: what a browser sends is what a cache would answer.
    let mut plain = request;
    plain.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cache-control"));
    let own =
        audit.client().send(&origin, plain.clone(), "the account's page as a browser asks for it").await?;
    if audit.seen(&own) != Seen::Person(person) {
        return Ok(
            Outcome::inconclusive(Reason::ControlFailed, "a fresh login was not shown").shown_by([own.id])
        );
    }
    let anonymous = Credentials::none().apply(plain);
    let mut bare = anonymous;
    bare.headers.retain(|(name, _)| {
        !credentials.carriers().any(|carrier| matches!(carrier, crate::credentials::Carrier::Header(header) if header.eq_ignore_ascii_case(name)))
    });
    let others = audit.client().send(&origin, bare, "the same page without a credential").await?;
    let evidence = [own.id, others.id];
    if audit.seen(&others) == Seen::Person(person) {
        let why = "the account's page is shown to nobody in particular right after";
        return Ok(Outcome::fail(Severity::High, why).shown_by(evidence));
    }
    let says = own.response.header("cache-control").unwrap_or_else(|| "(none)".to_owned());
    let outcome = match storing(&own.response) {
        Storing::Forbidden => Outcome::pass("the account's page says no-store"),
        Storing::Unsaid => Outcome::fail(Severity::Low, "the account's page does not say no-store"),
        Storing::Invited => {
            Outcome::fail(Severity::Medium, "the account's page says that caches may keep it")
        }
    };
    Ok(outcome.fact("Cache-Control", says).shown_by(evidence))
}

#[derive(Debug, PartialEq, Eq)]
enum Storing {
    Forbidden,
    Unsaid,
    Invited,
}

fn storing(response: &Response) -> Storing {
    let all: Vec<String> =
        response.header_all("cache-control").map(|value| value.to_ascii_lowercase()).collect();
    let directives: Vec<&str> = all.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
    let age = |name: &str| {
        let found = directives.iter().find_map(|one| one.strip_prefix(name)?.strip_prefix('='));
        found.and_then(|seconds| seconds.trim_matches('"').parse::<u64>().ok()).unwrap_or(0)
    };
    if directives.contains(&"no-store") {
        Storing::Forbidden
    } else if directives.contains(&"public")
        || age("s-maxage") > 0
        || (age("max-age") > 0 && !directives.contains(&"private"))
    {
        Storing::Invited
    } else {
        Storing::Unsaid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cache_control_says_is_graded() {
        let graded = |value: &str| {
            let headers = vec![("Cache-Control".to_owned(), value.as_bytes().to_vec())];
            storing(&Response { headers, ..Response::default() })
        };
        assert_eq!(graded("private, No-Store"), Storing::Forbidden);
        assert_eq!(graded("private, max-age=60"), Storing::Unsaid);
        assert_eq!(graded("no-cache"), Storing::Unsaid);
        assert_eq!(graded("max-age=60"), Storing::Invited);
        assert_eq!(graded("public"), Storing::Invited);
        assert_eq!(storing(&Response::default()), Storing::Unsaid);
    }
}
