//! SA-LOG-05: what decides who somebody is, and what they may do, is not kept by the client.

use crate::{
    audit::{Audit, Halt, Person, Visitor},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::StepName,
    signed::{base64url, decoded},
    wire::ExchangeId,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-LOG-05", Group::Logic, Severity::High, "the client does not hold who it is")
        .explained(
            "Looks in every cookie, also under base64, for the name of the account and for a role. The name is changed to \
             that of the second account, and `whoami` asked; a role is changed to an administrator's, and an \
             administrator's step played with it. It fails where the application follows.",
        )
        .remedied_by("Keep identity and roles in the record on the server; what has to travel travels under a signature.")
        .standards(&["7.2.1"], &["SESS-08"], &[565, 302])
        .from_profile(Profile::Standard)
        .two_accounts()
        .costs(24),
    |audit| Box::pin(run(audit)),
);

/// Names of cookies, and of members in them, that hold a role.
const ROLE_NAMES: [&str; 9] =
    ["admin", "is_admin", "isadmin", "role", "roles", "user_role", "level", "privilege", "group"];
/// What an administrator's would be.
const ROLES: [&str; 4] = ["admin", "administrator", "true", "1"];

/// A cookie with another value, with words for it.
struct Flip {
    cookie: String,
    value: String,
    says: String,
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let first = audit.first();
    let Some(second) = audit.second() else {
        return Ok(Outcome::not_applicable(Reason::SecondAccountMissing, "it takes two accounts"));
    };
    let visitor = audit.sign_in(first).await?;
    let names = name_flips(audit, &visitor, second);
    let roles = role_flips(&visitor);
    if names.is_empty() && roles.is_empty() {
        let why = "no cookie of a login holds the account's name or a role that can be read";
        return Ok(Outcome::pass(why));
    }
    let mut evidence = Vec::new();
    for flip in &names {
        let browser = flipped(audit, &visitor, flip);
        let look = audit.look_for(&browser.credentials(), &format!("whoami with {}", flip.says)).await?;
        evidence.push(look.id());
        if look.is(second) {
            let why = format!("who somebody is stands in a cookie: {} shows the second account", flip.says);
            return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
        }
    }
    let Some(step) = roles.first().and_then(|_| administrators_step(audit)) else {
        let outcome = Outcome::pass("the application does not follow a name that the client changed");
        return Ok(match roles.first() {
            Some(_) => outcome
                .fact("roles were not tried", "there is no administrator's step, or it may not be played"),
            None => outcome,
        }
        .shown_by(evidence));
    };
    if takes_effect(audit, &visitor, step, second, &mut evidence).await? {
        let why = "the control failed: the first account may play the administrator's step as it is";
        return Ok(Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence));
    }
    for flip in &roles {
        let browser = flipped(audit, &visitor, flip);
        if takes_effect(audit, &browser, step, second, &mut evidence).await? {
            let why = format!("what somebody may do stands in a cookie: {} plays {}", flip.says, step.word());
            return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
        }
    }
    Ok(Outcome::pass("the application follows neither a name nor a role that the client changed")
        .shown_by(evidence))
}

/// The step that shows what an administrator may do and does no lasting harm.
fn administrators_step(audit: &Audit) -> Option<StepName> {
    let step = StepName::AdminEndSessions;
    let is_allowed = audit
        .recipe()
        .steps
        .get(&step)
        .is_some_and(|step| !step.is_destructive || audit.options().allows_destructive);
    is_allowed.then_some(step)
}

/// Whether this browser can end the second account's session.
async fn takes_effect(
    audit: &Audit,
    visitor: &Visitor<'_>,
    step: StepName,
    second: Person,
    evidence: &mut Vec<ExchangeId>,
) -> Result<bool, Halt> {
    let subject = audit.sign_in(second).await?.credentials();
    let before = audit.look_for(&subject, "control: whoami of the second account").await?;
    let mut acting = visitor.clone();
    let account = audit.account(second);
    acting.variables.set("user", account.user.clone());
    acting.variables.set("marker", account.marker.clone());
    match acting.play(step).await {
        Ok(played) => evidence.extend(played.ids()),
        Err(error) if error.source.is_none() => evidence.extend(error.exchange),
        Err(error) => return Err(error.into()),
    }
    let after = audit.look_for(&subject, "whoami of the second account after the step").await?;
    evidence.extend([before.id(), after.id()]);
    Ok(before.is(second) && after.is_nobody())
}

fn flipped<'a>(audit: &'a Audit, visitor: &Visitor<'a>, flip: &Flip) -> Visitor<'a> {
    let mut browser = visitor.clone();
    browser.jar.put(&audit.origin().clone(), &flip.cookie, &flip.value);
    browser
}

fn name_flips(audit: &Audit, visitor: &Visitor<'_>, second: Person) -> Vec<Flip> {
    let (own, other) = (audit.account(audit.first()), audit.account(second));
    let pairs = [(&own.user, &other.user), (&own.marker, &other.marker)];
    let mut flips = Vec::new();
    for cookie in visitor.jar.cookies() {
        for (own, other) in pairs {
            let change = |text: &str| {
                (own.len() >= 2 && text.contains(own.as_str())).then(|| text.replace(own.as_str(), other))
            };
            if let Some(value) = changed(&cookie.value, change) {
                let says = format!("the second account's name in cookie {}", cookie.name);
                flips.push(Flip { cookie: cookie.name.clone(), value, says });
            }
        }
    }
    flips
}

fn role_flips(visitor: &Visitor<'_>) -> Vec<Flip> {
    let is_role = |name: &str| ROLE_NAMES.contains(&name.to_ascii_lowercase().as_str());
    let mut flips = Vec::new();
    for cookie in visitor.jar.cookies() {
        for role in ROLES {
            let value = if is_role(&cookie.name) {
                Some(role.to_owned())
            } else {
                changed(&cookie.value, |text| {
                    let mut members: serde_json::Map<String, serde_json::Value> =
                        serde_json::from_str(text).ok()?;
                    let name = members.keys().find(|name| is_role(name))?.clone();
                    let value = match members.get(&name)? {
                        serde_json::Value::Bool(_) => serde_json::Value::Bool(true),
                        serde_json::Value::Number(_) => 1.into(),
                        _ => role.into(),
                    };
                    members.insert(name, value);
                    Some(serde_json::Value::Object(members).to_string())
                })
            };
            if let Some(value) = value.filter(|value| *value != cookie.value) {
                let says = format!("{role} in cookie {}", cookie.name);
                flips.push(Flip { cookie: cookie.name.clone(), value, says });
            }
        }
    }
    flips
}

/// A value with its text changed: as it stands, or in the first of its parts that is base64 of text.
fn changed(value: &str, change: impl Fn(&str) -> Option<String>) -> Option<String> {
    if let Some(changed) = change(value) {
        return Some(changed);
    }
    value.split(['.', ':', '|']).filter(|part| part.len() >= 4).find_map(|part| {
        let text = String::from_utf8(decoded(part)?).ok()?;
        Some(value.replacen(part, &base64url(change(&text)?), 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_changed_as_it_stands_and_under_base64() {
        let change = |text: &str| text.contains("alice").then(|| text.replace("alice", "bob"));
        assert_eq!(changed("user-alice", change).as_deref(), Some("user-bob"));
        let hidden = format!("{}.sig", base64url(r#"{"user":"alice"}"#));
        let expected = format!("{}.sig", base64url(r#"{"user":"bob"}"#));
        assert_eq!(changed(&hidden, change), Some(expected));
        assert_eq!(changed("0123456789abcdef", change), None);
    }
}
