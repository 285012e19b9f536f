//! SA-JWT-01: a token counts only with the signature that was made for it.

use super::{Found, first_believed, none_signed, signed_tokens};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    oracle::damaged,
    signed::Signed,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-JWT-01", Group::SelfContained, Severity::High, "a token counts only with its own signature")
        .explained(
            "Sends the token that login gave with changed content under the old signature, with an empty and with no \
             signature, with the signature of another login's token, and as a token that says `alg: none` in four \
             spellings. It fails where one of them signs in: then anybody is whoever they say. The genuine token has to \
             be alive before and after.",
        )
        .remedied_by(
            "Verify the signature before anything is read, with the one algorithm and key that the application chose; \
             never let the token's header choose.",
        )
        .standards(&["9.1.1", "9.1.2"], &["SESS-10"], &[347])
        .from_profile(Profile::Standard)
        .costs(16),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let tokens: Vec<_> =
        signed_tokens(audit, &visitor).into_iter().filter(|found| found.authenticates).collect();
    if tokens.is_empty() {
        return Ok(none_signed());
    }
    let other = signed_tokens(audit, &audit.sign_in(person).await?);
    let mut evidence = Vec::new();
    let mut formats = Vec::new();
    for found in &tokens {
        let credentials = visitor.credentials();
        let twin = other.iter().find(|other| other.carrier == found.carrier);
        let forged = forgeries(audit, found, twin);
        let forged = forged
            .into_iter()
            .map(|(words, token)| (words.to_owned(), found.replaced(&credentials, &token)))
            .collect();
        formats.push(found.signed.format());
        if let Some(words) = first_believed(audit, person, &credentials, forged, &mut evidence).await? {
            let why = format!("{} signs in with {words}", found.carrier);
            let outcome = Outcome::fail(CHECK.description.severity, why);
            return Ok(outcome.fact("its format", found.signed.format()).shown_by(evidence));
        }
    }
    let outcome = Outcome::pass("only the signature that was made for it counts");
    Ok(outcome.fact("formats", formats.join(", ")).shown_by(evidence))
}

fn forgeries(audit: &Audit, found: &Found, twin: Option<&Found>) -> Vec<(&'static str, String)> {
    match &found.signed {
        Signed::Jwt(jwt) => {
            let mut forged = vec![
                ("changed content under the old signature", jwt.changed()),
                ("an empty signature", jwt.with_empty_signature()),
                ("no signature", jwt.without_signature()),
                ("`alg: none`", jwt.unsecured("none")),
                ("`alg: None`", jwt.unsecured("None")),
                ("`alg: NONE`", jwt.unsecured("NONE")),
                ("`alg: nOnE`", jwt.unsecured("nOnE")),
            ];
            if let Some(twin) = twin.and_then(Found::jwt) {
                forged.push(("the signature of another login's token", jwt.with_signature_of(twin)));
            }
            forged
        }
        Signed::Envelope(envelope) => {
            let mut forged = vec![
                (
                    "a damaged signature",
                    envelope.with_signature(&damaged(envelope.signature(), audit.random())),
                ),
                ("an empty signature", envelope.with_signature("")),
            ];
            if let Some(Signed::Envelope(twin)) = twin.map(|twin| &twin.signed)
                && twin.content != envelope.content
            {
                let swapped = envelope.with_signature(twin.signature());
                forged.push(("the signature of another login's token", swapped));
            }
            // Where the signature travels beside the token, the same token is no forgery.
            let same = envelope.with_signature(envelope.signature());
            forged.retain(|(_, token)| *token != same);
            forged
        }
    }
}
