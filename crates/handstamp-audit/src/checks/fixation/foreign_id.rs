//! SA-FIX-02: an id that somebody made up is not adopted.

use crate::{
    audit::{Audit, Halt, Visitor, form_encoded},
    check::{Description, Group, Outcome, Severity},
    checks::{Check, kill::confirm},
    credentials::{Carrier, Credentials},
    oracle::random_like,
    recipe::StepName,
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-FIX-02", Group::Fixation, Severity::High, "an id made up by others is not adopted")
        .explained(
            "Makes up ids of the application's own shape, with and without what looks like a signature, and signs in \
             while presenting one as the cookie, in the query, after `;` in the path, as a form field and in a \
             header. It fails where `whoami` with the made-up id then shows the account.",
        )
        .remedied_by(
            "Make every id on the server and take none that the server did not make: `session.use_strict_mode=1` \
             in PHP; and give a new one at sign-in.",
        )
        .standards(&["7.2.4"], &["SESS-03"], &[384])
        .costs(40),
    |audit| Box::pin(run(audit)),
);

/// How a made-up id reaches the application.
#[derive(Clone, Copy, Debug)]
enum Channel {
    Cookie,
    Query,
    PathParameter,
    FormField,
    Header,
}

impl Channel {
    const ALL: [Self; 5] = [Self::Cookie, Self::Query, Self::PathParameter, Self::FormField, Self::Header];

    fn says(self) -> &'static str {
        match self {
            Self::Cookie => "as the cookie",
            Self::Query => "in the query",
            Self::PathParameter => "after ; in the path",
            Self::FormField => "as a form field",
            Self::Header => "in a header",
        }
    }

    /// Puts it into a request of the login.
    fn alter(self, request: &mut Request, name: &str, id: &str) {
        let (path, query) =
            request.target.split_once('?').map_or((&*request.target, ""), |(path, query)| (path, query));
        match self {
            Self::Cookie => {}
            Self::Query => {
                let more = format!("{}={}", form_encoded(name), form_encoded(id));
                let all = if query.is_empty() { more } else { format!("{query}&{more}") };
                request.target = format!("{path}?{all}");
            }
            Self::PathParameter => {
                let query = if query.is_empty() { String::new() } else { format!("?{query}") };
                request.target = format!("{path};{}={}{query}", form_encoded(name), form_encoded(id));
            }
            Self::FormField => {
                let is_form = request
                    .header_value("content-type")
                    .is_some_and(|kind| kind.starts_with(b"application/x-www-form"));
                if is_form {
                    let more = format!("&{}={}", form_encoded(name), form_encoded(id));
                    request.body.extend_from_slice(more.as_bytes());
                }
            }
            Self::Header => *request = request.clone().header(name.to_owned(), id.as_bytes()),
        }
    }
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let known = audit.sign_in(person).await?.credentials();
    let sets = audit.oracle().map(|oracle| oracle.sets.clone()).unwrap_or_default();
    let mut tried = Vec::new();
    let mut refused = Vec::new();
    let mut evidence = Vec::new();
    for carrier in sets.iter().filter_map(|set| if let [one] = &set[..] { Some(one) } else { None }) {
        let Carrier::Cookie(name) = carrier else { continue };
        let Some(genuine) = known.get(carrier) else { continue };
        for (format, id) in made_up(audit, genuine) {
            for channel in Channel::ALL {
                let how = format!("{format} {}", channel.says());
                let mut visitor = audit.visitor(person);
                if matches!(channel, Channel::Cookie) {
                    visitor.adopt(&Credentials::none().with(carrier.clone(), id.clone()));
                }
                if let Err(why) =
                    sign_in(audit, &mut visitor, &|request| channel.alter(request, name, &id)).await?
                {
                    refused.push(format!("{how} ({why})"));
                    continue;
                }
                let look = audit
                    .look_for(
                        &Credentials::none().with(carrier.clone(), id.clone()),
                        &format!("whoami with {how}"),
                    )
                    .await?;
                evidence.push(look.id());
                if look.is(person) {
                    let made = Credentials::none().with(carrier.clone(), id.clone());
                    confirm(audit, person, &made, &look, &mut evidence).await?;
                    let outcome =
                        Outcome::fail(CHECK.description.severity, format!("{how} was adopted and signed in"));
                    return Ok(outcome.shown_by(evidence));
                }
                tried.push(how);
            }
        }
    }
    if tried.is_empty() && refused.is_empty() {
        return Ok(Outcome::pass("no single cookie signs in, so none can be planted"));
    }
    evidence.push(audit.still_works(person).await?);
    let outcome = Outcome::pass(format!("{} made-up ids did not sign in", tried.len() + refused.len()));
    let outcome = outcome.fact("tried", tried.join("; "));
    let outcome =
        if refused.is_empty() { outcome } else { outcome.fact("login refused with", refused.join("; ")) };
    Ok(outcome.shown_by(evidence))
}

/// Signs in with altered requests; the inner error is a login that was refused, which is a good answer here.
async fn sign_in(
    audit: &Audit,
    visitor: &mut Visitor<'_>,
    alter: crate::audit::Alter<'_>,
) -> Result<Result<(), String>, Halt> {
    match visitor.play_altered(StepName::Login, alter).await {
        Ok(_) => {}
        Err(error) if error.source.is_none() => return Ok(Err(error.why)),
        Err(error) => return Err(error.into()),
    }
    if audit.has_step(StepName::SecondFactor) {
        visitor.play(StepName::SecondFactor).await?;
    }
    audit.remember(visitor);
    Ok(Ok(()))
}

/// Ids that the application did not make, with words for them.
fn made_up(audit: &Audit, genuine: &str) -> Vec<(&'static str, String)> {
    let whole = random_like(genuine, audit.random());
    let unsigned = unsigned(&whole);
    let mut ids = vec![("an id of its shape", whole)];
    if let Some(unsigned) = unsigned {
        ids.push(("an id of its shape without a signature", unsigned));
    }
    ids
}

/// The part before a signature: `s%3Aid.signature`, `id--signature`, `id.signature`.
fn unsigned(value: &str) -> Option<String> {
    let value = value.strip_prefix("s%3A").or_else(|| value.strip_prefix("s:")).unwrap_or(value);
    let (id, _) = value.split_once("--").or_else(|| value.split_once('.'))?;
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_cut_off_in_the_usual_shapes() {
        assert_eq!(unsigned("s%3Aabc.def").as_deref(), Some("abc"));
        assert_eq!(unsigned("abc--def").as_deref(), Some("abc"));
        assert_eq!(unsigned("abcdef"), None);
    }

    #[test]
    fn a_channel_changes_only_its_own_place() {
        let altered = |channel: Channel| {
            let mut request =
                Request::new("POST", "/login?a=1").body("application/x-www-form-urlencoded", "u=x");
            channel.alter(&mut request, "sid", "i/d");
            (request.target.clone(), String::from_utf8(request.body.clone()).unwrap())
        };
        assert_eq!(altered(Channel::Query), ("/login?a=1&sid=i%2Fd".to_owned(), "u=x".to_owned()));
        assert_eq!(altered(Channel::PathParameter), ("/login;sid=i%2Fd?a=1".to_owned(), "u=x".to_owned()));
        assert_eq!(altered(Channel::FormField), ("/login?a=1".to_owned(), "u=x&sid=i%2Fd".to_owned()));
        assert_eq!(altered(Channel::Cookie), ("/login?a=1".to_owned(), "u=x".to_owned()));
    }
}
