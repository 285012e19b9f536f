//! SA-END-01: logout ends the session on the server.

use super::dead_stays_dead::Ended;
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Severity},
    checks::{
        Check,
        kill::{Fate, all_alive, fates, per_set},
    },
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-01", Group::Termination, Severity::High, "logout ends the session on the server")
        .explained(
            "Signs in, signs out, and asks `whoami` with the old token at once and after 1, 5, 15 and 60 seconds, for \
             each minimal set of credentials. It fails where the token still shows the account after a minute; a \
             token that dies later than at once, and later than the declared grace, is a warning.",
        )
        .remedied_by(
            "At logout delete or revoke the session's record on the server; deleting the cookie alone leaves \
             every copy of it working. Tokens that carry their own content need a list of those that were ended.",
        )
        .standards(&["7.4.1"], &["SESS-06"], &[613])
        .needs(&[StepName::Logout])
        .costs(12),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut visitor = audit.sign_in(person).await?;
    let mut subjects = per_set(audit, "the token", &visitor.credentials());
    let mut evidence = all_alive(audit, person, &mut subjects).await?;
    evidence.extend(visitor.play(StepName::Logout).await?.ids());
    let fates = fates(audit, person, subjects).await?;
    if fates.subjects.iter().all(|(_, fate)| *fate == Fate::Dead) {
        // Its last control was a new login: whether that token stays dead is asked a minute later, at no cost.
        let subjects = fates.subjects.iter().map(|(subject, _)| subject.clone()).collect();
        audit.share(Ended { subjects, at: audit.clock().elapsed() });
    }
    let grace = audit.recipe().policy.logout_grace;
    Ok(fates.conclude("logout", grace, CHECK.description.severity).shown_by(evidence))
}
