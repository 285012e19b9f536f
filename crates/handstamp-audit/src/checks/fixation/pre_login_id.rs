//! SA-FIX-01: the session from before login is dead.

use super::open_anonymously;
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::{
        Check,
        kill::{Subject, fates, per_set},
    },
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-FIX-01", Group::Fixation, Severity::High, "the session from before login is dead")
        .explained(
            "Opens the application as nobody, signs in with what it gave, and asks `whoami` with what it gave and \
             nothing else. It fails where that shows the account: whoever planted or read the id before login is \
             signed in after it. That the cookie changed is not enough, and that it stayed is no failure where \
             another one signs in.",
        )
        .remedied_by(
            "At sign-in make a new session with a new token and end the old one on the server: \
             `req.session.regenerate` in Express, `session_regenerate_id(true)` in PHP.",
        )
        .standards(&["7.2.4"], &["SESS-03"], &[384])
        .costs(10),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut visitor = audit.visitor(person);
    let before = open_anonymously(audit, &mut visitor).await?;
    if before.is_empty() {
        let why = "nobody gets a cookie before login";
        return Ok(Outcome::not_applicable(Reason::NoAnonymousSession, why));
    }
    let ids = audit.sign_in_with(&mut visitor).await?;
    let after = visitor.credentials();
    // A set of which nobody had a part before login cannot have been known to anybody.
    let known: Vec<Subject> = per_set(audit, "the id from before login", &after)
        .into_iter()
        .filter(|subject| subject.credentials.carriers().all(|carrier| before.get(carrier).is_some()))
        .map(|subject| Subject { credentials: subject.credentials.overlaid_by(&before), ..subject })
        .collect();
    if known.is_empty() {
        return Ok(Outcome::pass("what signs in is given at login only").shown_by(ids));
    }
    let is_same = known.iter().any(|subject| subject.credentials == after.only(&carriers(subject)));
    let fates = fates(audit, person, known).await?;
    let outcome = fates.conclude("login", audit.recipe().policy.rotation_grace, CHECK.description.severity);
    Ok(outcome.fact("the id changes at login", if is_same { "no" } else { "yes" }).shown_by(ids))
}

fn carriers(subject: &Subject) -> Vec<crate::credentials::Carrier> {
    subject.credentials.carriers().cloned().collect()
}
