//! SA-TMO-03: the client cannot make its session last longer.

use std::time::{Duration, UNIX_EPOCH};

use super::{asked, says, spelled, time_has_to_pass};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    cookie::{SetCookie, http_date},
    credentials::Carrier,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TMO-03", Group::Timeout, Severity::High, "the client cannot extend its session")
        .explained(
            "Where the cookie that signs in has a lifetime, the session is kept in use until that is over, and then the \
             token is sent all the same, as a client that ignores the lifetime does. It fails where nothing but the \
             browser ended the session: the token signs in though every browser has thrown it away and the server \
             never renewed it.",
        )
        .remedied_by("Keep times on the server or under a signature; the cookie's own lifetime protects nobody.")
        .standards(&["7.3.1", "9.2.1"], &["SESS-07"], &[565])
        .from_profile(Profile::Standard)
        .costs(12),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let visitor = audit.sign_in(audit.first()).await?;
    let set: Vec<_> = visitor.jar.cookies().cloned().collect();
    let lifetime = set
        .iter()
        .filter(|cookie| {
            audit.oracle().is_none_or(|oracle| oracle.authenticates(&Carrier::Cookie(cookie.name.clone())))
        })
        .filter_map(|cookie| lifetime(audit, cookie))
        .max();
    let Some(lifetime) = lifetime else {
        let why = "no cookie that signs in has a lifetime of its own: the server alone ends the session";
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why));
    };
    let mode = time_has_to_pass(audit, Some(lifetime))?;
    let (mut passed, step) = (Duration::ZERO, lifetime / 4);
    let mut evidence = Vec::new();
    let mut lives = true;
    while passed <= lifetime {
        audit.let_pass(step).await?;
        passed += step;
        let look = asked(
            audit,
            &visitor,
            &format!("{} s after login: whoami with the cookie kept", passed.as_secs()),
        )
        .await?;
        evidence.push(look.id());
        let cookies: Vec<_> = look
            .exchange
            .response
            .header_all("set-cookie")
            .filter_map(|header| SetCookie::parse(&header))
            .collect();
        if cookies.iter().any(|cookie| set.iter().any(|first| first.name == cookie.name)) {
            let why = "the server renews the cookie in use, so its lifetime is that of the session";
            return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why).shown_by(evidence));
        }
        lives = look.is(audit.first());
        if !lives {
            break;
        }
    }
    evidence.push(audit.still_works(audit.first()).await?);
    let outcome = if lives {
        let why = format!(
            "the token signs in {} after login, when browsers threw it away after {}",
            spelled(passed),
            spelled(lifetime)
        );
        Outcome::fail(CHECK.description.severity, why)
    } else {
        Outcome::pass("the server ends the session not later than the cookie")
    };
    Ok(outcome.fact("how time passed", says(mode)).shown_by(evidence))
}

fn lifetime(audit: &Audit, cookie: &SetCookie) -> Option<Duration> {
    // The login that set it was the last exchange with a Date; the auditor's own clock may be another.
    let exchanges = audit.client().journal().all();
    let date = exchanges.iter().rev().find_map(|exchange| exchange.response.header("date"));
    let now = date.and_then(|date| http_date(&date)).unwrap_or_else(|| audit.clock().now());
    cookie.lifetime(now.max(UNIX_EPOCH)).filter(|lifetime| !lifetime.is_zero())
}
