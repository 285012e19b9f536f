//! SA-FIX-03: cookies that somebody else planted lead nowhere.

use super::open_anonymously;
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::{Check, kill::confirm},
    credentials::{Carrier, Credentials},
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-FIX-03", Group::Fixation, Severity::High, "planted cookies give nobody else access")
        .explained(
            "Takes the cookies from before login that a sibling domain or a network attacker can plant (those without \
             `__Host-` or `__Secure-`), lets the first account sign in on top of them, and then asks with those \
             cookies alone and with each of them beside the session of the second account. It fails where the \
             first account is shown, or where what the second account writes arrives at the first.",
        )
        .remedied_by(
            "Let nothing that was set before login decide whose session it is after login; name cookies with \
             `__Host-` so that nobody else can set them.",
        )
        .standards(&["7.2.4", "3.3.1"], &["SESS-03"], &[384])
        .from_profile(crate::check::Profile::Standard)
        .two_accounts()
        .costs(20),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let victim = audit.first();
    let Some(attacker) = audit.second() else {
        return Ok(Outcome::not_applicable(Reason::SecondAccountMissing, "it takes two accounts"));
    };
    let mut browser = audit.visitor(victim);
    let before = open_anonymously(audit, &mut browser).await?;
    let forced = before.carriers().filter(|carrier| can_be_planted(carrier)).cloned().collect::<Vec<_>>();
    let forced = before.only(&forced);
    if forced.is_empty() {
        let (reason, why) = if before.is_empty() {
            (Reason::NoAnonymousSession, "nobody gets a cookie before login")
        } else {
            (
                Reason::NoSuchFeature,
                "every cookie from before login has a prefix that keeps others from setting it",
            )
        };
        return Ok(Outcome::not_applicable(reason, why));
    }
    let mut evidence = audit.sign_in_with(&mut browser).await?;

    let alone = audit.look_for(&forced, "whoami with the planted cookies alone").await?;
    evidence.push(alone.id());
    if alone.is(victim) {
        confirm(audit, victim, &forced, &alone, &mut evidence).await?;
        let outcome = Outcome::fail(
            CHECK.description.severity,
            "the planted cookies alone are signed in after the login",
        );
        return Ok(outcome.shown_by(evidence));
    }
    let other = audit.sign_in(attacker).await?;
    let own = other.credentials();
    for (carrier, value) in forced.parts() {
        let mixed = own.clone().with(carrier.clone(), value);
        let look = audit
            .look_for(&mixed, &format!("whoami as the second account with the planted {carrier}"))
            .await?;
        evidence.push(look.id());
        if look.is(victim) {
            let why = format!("the second account sees the first with the planted {carrier}");
            return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
        }
        if audit.has_step(StepName::Write) {
            let mut mixing = other.clone();
            mixing.adopt(&Credentials::none().with(carrier.clone(), value));
            // A write that is refused has no effect at the victim, which is what is asked.
            if let Ok(played) = mixing.play(StepName::Write).await {
                evidence.extend(played.ids());
            }
            let nonce = mixing.variables.get("nonce").unwrap_or_default().to_owned();
            let mut reading = browser.clone();
            reading.variables.set("nonce", nonce);
            if let Some((true, id)) = reading.sees_effect(StepName::Write).await? {
                evidence.push(id);
                let why =
                    format!("what the second account wrote with the planted {carrier} arrived at the first");
                return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
            }
        }
    }
    evidence.push(audit.still_works(victim).await?);
    let names: Vec<_> = forced.carriers().map(Carrier::to_string).collect();
    Ok(Outcome::pass(format!("planted {} gave no access", names.join(", "))).shown_by(evidence))
}

/// Whether somebody else's host or a network attacker can set it (RFC 6265bis section 4.1.3).
fn can_be_planted(carrier: &Carrier) -> bool {
    match carrier {
        Carrier::Cookie(name) => !(name.starts_with("__Host-") || name.starts_with("__Secure-")),
        Carrier::Header(_) => false,
    }
}
