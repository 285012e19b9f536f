//! SA-CKE-09: the cookies that a network attacker can get are not enough.

use super::{
    inventory::{Observed, observed},
    strict_transport::{Protection, StrictTransport},
};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::{Check, kill::confirm},
    credentials::{Carrier, Credentials},
    oracle::named,
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CKE-09", Group::Cookie, Severity::High, "cookies of the network are not enough")
        .explained(
            "Leaves out every cookie that somebody on the network cannot get: those with `Secure`, and all of them where \
             `Strict-Transport-Security` covers the host and those below. It fails where `whoami` shows the account \
             with the rest, or where the rest beside the second account's session leads to the first.",
        )
        .remedied_by("Set `Secure` on every cookie that has a part in signing in, and send `Strict-Transport-Security`.")
        .standards(&[], &["SESS-09"], &[522])
        .costs(9),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    if !audit.origin().is_secure {
        let why = "over plain HTTP somebody on the network has every cookie";
        return Ok(Outcome::not_applicable(Reason::CleartextTarget, why));
    }
    let strict = StrictTransport::of(&audit.client().journal().all(), &audit.origin().host, false);
    let protection = strict.protection();
    let cookies = observed(audit);
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let all = visitor.credentials();
    let open: Vec<Carrier> =
        all.carriers().filter(|carrier| can_be_had(carrier, &cookies, protection)).cloned().collect();
    if open.is_empty() {
        return Ok(Outcome::pass("somebody on the network gets no cookie"));
    }
    let had = all.only(&open);
    let mut evidence = Vec::new();
    let look = audit.look_for(&had, &format!("whoami with {} alone", named(&open))).await?;
    evidence.push(look.id());
    if look.is(person) {
        confirm(audit, person, &had, &look, &mut evidence).await?;
        let why = format!("{}, which somebody on the network can get, signs in", named(&open));
        return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
    }
    if let Some(second) = audit.second() {
        let mut other = audit.sign_in(second).await?;
        let mixed =
            had.parts().fold(other.credentials(), |all, (carrier, value)| all.with(carrier.clone(), value));
        let look = audit
            .look_for(&mixed, "whoami as the second account with what the network has of the first")
            .await?;
        evidence.push(look.id());
        let mut leads = look.is(person);
        if !leads && audit.has_step(StepName::Write) {
            leads = writes_at(audit, &mut other, &had, visitor, &mut evidence).await?;
        }
        if leads {
            let why = format!("{} beside the second account's session leads to the first", named(&open));
            return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
        }
    }
    evidence.push(audit.still_works(person).await?);
    Ok(Outcome::pass(format!("{} alone sign nobody in", named(&open))).shown_by(evidence))
}

/// Whether somebody on the network can make a browser send it over plain HTTP.
fn can_be_had(carrier: &Carrier, cookies: &[Observed], protection: Protection) -> bool {
    let Carrier::Cookie(name) = carrier else { return false };
    let Some(cookie) = cookies.iter().find(|cookie| cookie.name == *name) else { return false };
    cookie.set.iter().any(|setting| match protection {
        Protection::Full => false,
        // A host below the one that is protected can be asked for, and gets what is shared with it.
        Protection::Host => !setting.cookie.has("secure") && setting.cookie.domain().is_some(),
        Protection::None => !setting.cookie.has("secure"),
    })
}

/// Whether what the second account writes with these cookies arrives at the first.
async fn writes_at(
    audit: &Audit,
    other: &mut crate::audit::Visitor<'_>,
    had: &Credentials,
    mut reading: crate::audit::Visitor<'_>,
    evidence: &mut Vec<crate::wire::ExchangeId>,
) -> Result<bool, Halt> {
    other.adopt(had);
    other.variables.set("nonce", audit.random().word());
    // A write that is refused arrives nowhere, which is what is asked.
    if let Ok(played) = other.play(StepName::Write).await {
        evidence.extend(played.ids());
    }
    reading.variables.set("nonce", other.variables.get("nonce").unwrap_or_default().to_owned());
    let seen = reading.sees_effect(StepName::Write).await?;
    evidence.extend(seen.map(|(_, id)| id));
    Ok(seen.is_some_and(|(seen, _)| seen))
}

#[cfg(test)]
mod tests {
    use super::{super::inventory::of_header, *};

    #[test]
    fn what_the_network_has_depends_on_secure_and_strict_transport() {
        let had = |header: &str, protection| {
            can_be_had(&Carrier::Cookie("s".to_owned()), &[of_header(header, true)], protection)
        };
        assert!(had("s=1", Protection::None) && !had("s=1; Secure", Protection::None));
        assert!(!had("s=1", Protection::Host) && had("s=1; Domain=example.test", Protection::Host));
        assert!(!had("s=1; Domain=example.test", Protection::Full));
        assert!(!can_be_had(
            &Carrier::Header("authorization".to_owned()),
            &[of_header("s=1", true)],
            Protection::None
        ));
    }
}
