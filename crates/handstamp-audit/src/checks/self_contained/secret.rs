//! SA-JWT-03: the secret that signs tokens is not one that everybody knows.

use super::{Found, none_signed, signed_tokens};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    signed::{SECRETS, Signed},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-JWT-03", Group::SelfContained, Severity::High, "the signing secret is not a known one")
        .explained(
            "Tries, without a request, the secrets that stand in tutorials, templates and answers on the signatures of \
             what login gave: JWT, itsdangerous (Flask), Flask-Login, Django, Rails, cookie-signature (Express) and \
             keygrip (Koa). It fails where one of them made a signature: then anybody signs anything. Where only the \
             id of a record is signed, the id has to be known besides, and it matters less. One login is the cost.",
        )
        .remedied_by(
            "Make the secret of at least 32 random bytes (openssl rand -hex 32), keep it out of the source, and change \
             it: what it signed so far can be forged.",
        )
        .standards(&["11.2.3", "13.3.1"], &["SESS-10"], &[321, 798])
        .from_profile(Profile::Standard)
        .costs(4),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let visitor = audit.sign_in(audit.first()).await?;
    let mut tokens = signed_tokens(audit, &visitor);
    if audit.has_step(crate::recipe::StepName::LoginRemembered) {
        let mut remembered = audit.visitor(audit.first());
        remembered.play(crate::recipe::StepName::LoginRemembered).await?;
        audit.remember(&remembered);
        let more = signed_tokens(audit, &remembered);
        tokens.extend(more.into_iter().filter(|more| visitor.credentials().get(&more.carrier).is_none()));
    }
    if tokens.is_empty() {
        return Ok(none_signed());
    }
    let formats: Vec<_> =
        tokens.iter().map(|found| format!("{} ({})", found.carrier, found.signed.format())).collect();
    for found in &tokens {
        let Some(secret) = SECRETS.iter().find(|secret| found.signed.is_made_by(secret)) else { continue };
        let severity = if carries_the_account(found) { Severity::High } else { Severity::Medium };
        let why = format!(
            "{} is signed with a secret that everybody knows: {:?}",
            found.carrier,
            String::from_utf8_lossy(secret)
        );
        let outcome = Outcome::fail(severity, why).fact("its format", found.signed.format());
        return Ok(outcome.shown_by(audit.client().journal().all().last().map(|exchange| exchange.id)));
    }
    let outcome = Outcome::pass(format!("none of {} known secrets made its signature", SECRETS.len()));
    Ok(outcome.fact("signed", formats.join(", ")))
}

fn carries_the_account(found: &Found) -> bool {
    match &found.signed {
        Signed::Jwt(_) => true,
        Signed::Envelope(envelope) => envelope.format.carries_the_account(),
    }
}
