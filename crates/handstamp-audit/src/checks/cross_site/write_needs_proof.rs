//! SA-CSR-01: a write needs a proof that its own site asked for it.

use super::{
    forged::{
        fetch_what_it_needs, has_effect, own_write_works, token_names, without_own_headers, without_tokens,
        writing,
    },
    preflight::{as_plain_text, is_sent},
    same_site::weakest_same_site,
};
use crate::{
    audit::{Audit, Halt, Visitor},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    cookie::SameSite,
    oracle::random_like,
    recipe::{Body, StepName, StepRequest, Template, Variables},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CSR-01", Group::CrossSite, Severity::High, "no other site writes with a session")
        .explained(
            "Writes as the account and reads it back, then sends the same write as a page of another site would: with \
             foreign Origin, Referer and Sec-Fetch-Site, and with the form token missing, empty, wrong, of another \
             account, of another session; JSON also as text/plain. It fails where one is read back. What browsers send \
             only with the application's leave, as JSON or PUT, is sent where a preflight got that leave. How bad it is depends on what else stops it: high where the cookie travels across sites, medium \
             with SameSite=Lax, low with Strict.",
        )
        .remedied_by(
            "Refuse writes whose `Sec-Fetch-Site` or `Origin` is foreign, or ask for a token that is bound to the session; \
             set `SameSite` besides, not instead.",
        )
        .standards(&["3.5.1", "3.5.2"], &["SESS-05"], &[352])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Write])
        .costs(40),
    |audit| Box::pin(run(audit)),
);

/// A forged write: words for it, the request, and the tokens it has.
struct Forged {
    says: String,
    request: StepRequest,
    tokens: Option<Variables>,
    /// The most that its success matters: some need more than a visit of the victim.
    most: Severity,
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let write = writing(audit)?;
    let mut visitor = audit.sign_in(person).await?;
    let mut evidence = own_write_works(audit, &mut visitor).await?;
    fetch_what_it_needs(audit, &mut visitor).await?;
    let names = token_names(write);
    let mut worst: Option<(Severity, String)> = None;
    let (mut tried, mut kept_back) = (Vec::new(), Vec::new());
    for forged in forged(audit, write, &names, &visitor).await? {
        if !is_sent(audit, &visitor, &forged.request, &mut evidence).await? {
            kept_back.push(forged.says);
            continue;
        }
        let mut browser = visitor.clone();
        if let Some(tokens) = &forged.tokens {
            for name in &names {
                browser.variables.set_all(name.clone(), tokens.all(name).to_vec());
            }
        }
        if has_effect(audit, &browser, &forged.request, &mut evidence).await? {
            let severity = by_same_site(audit, &visitor).min(forged.most);
            if worst.as_ref().is_none_or(|(there, _)| severity > *there) {
                worst = Some((severity, forged.says.clone()));
            }
        }
        tried.push(forged.says);
    }
    let mut control = visitor.clone();
    evidence.extend(own_write_works(audit, &mut control).await?);
    let outcome = match worst {
        Some((severity, how)) => {
            Outcome::fail(severity, format!("another site's write was carried out, {how}"))
        }
        None => Outcome::pass(format!("{} forged writes had no effect", tried.len())),
    };
    let outcome = if kept_back.is_empty() {
        outcome
    } else {
        outcome.fact("not sent by a browser without the application's leave", kept_back.join("; "))
    };
    Ok(outcome
        .fact("tried", tried.join("; "))
        .fact("SameSite", same_site(audit, &visitor))
        .shown_by(evidence))
}

async fn forged(
    audit: &Audit,
    write: &StepRequest,
    names: &[String],
    visitor: &Visitor<'_>,
) -> Result<Vec<Forged>, Halt> {
    let bare = without_tokens(write);
    let full = without_own_headers(write);
    let with = |says: &str, tokens: Variables, most| Forged {
        says: says.to_owned(),
        request: full.clone(),
        tokens: Some(tokens),
        most,
    };
    let mut all = vec![Forged {
        says: "without a token".to_owned(),
        request: bare.clone(),
        tokens: None,
        most: Severity::High,
    }];
    if let Some(request) = as_plain_text(&bare) {
        all.push(Forged { says: "as text/plain".to_owned(), request, tokens: None, most: Severity::High });
    }
    if !matches!(write.method.as_str(), "GET" | "POST") {
        let mut request = as_plain_text(&bare).unwrap_or_else(|| bare.clone());
        if let Body::Form(fields) = &mut request.body {
            fields.push(("_method".to_owned(), Template::literal(write.method.clone())));
        }
        "POST".clone_into(&mut request.method);
        all.push(Forged {
            says: "with its method overridden".to_owned(),
            request,
            tokens: None,
            most: Severity::High,
        });
    }
    if names.is_empty() {
        return Ok(all);
    }
    let changed = |change: &dyn Fn(&str) -> String| {
        let mut tokens = Variables::default();
        for name in names {
            tokens.set(name.clone(), change(visitor.variables.get(name).unwrap_or_default()));
        }
        tokens
    };
    all.push(with("with an empty token", changed(&|_| String::new()), Severity::High));
    all.push(with(
        "with a wrong token",
        changed(&|token| random_like(token, audit.random())),
        Severity::High,
    ));
    if let Some(second) = audit.second() {
        let mut other = audit.sign_in(second).await?;
        fetch_what_it_needs(audit, &mut other).await?;
        all.push(with("with the token of another account", other.variables.clone(), Severity::High));
    }
    let mut again = audit.sign_in(audit.first()).await?;
    fetch_what_it_needs(audit, &mut again).await?;
    all.push(with("with the token of another session", again.variables.clone(), Severity::Low));
    Ok(all)
}

fn by_same_site(audit: &Audit, visitor: &Visitor<'_>) -> Severity {
    match weakest_same_site(audit, visitor) {
        Some(SameSite::Lax) => Severity::Medium,
        Some(SameSite::Strict) => Severity::Low,
        _ => Severity::High,
    }
}

fn same_site(audit: &Audit, visitor: &Visitor<'_>) -> String {
    weakest_same_site(audit, visitor)
        .map_or_else(|| "no cookie".to_owned(), |same_site| format!("{same_site:?}"))
}
