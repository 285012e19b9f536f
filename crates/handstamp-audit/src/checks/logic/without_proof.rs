//! SA-LOG-04: what guards an account is not changed without the current proof.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::{Check, termination::ChangedPassword},
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-LOG-04", Group::Logic, Severity::High, "no new password without the old one")
        .explained(
            "Asks for a new password with a wrong and with an empty old one, and signs in with the new one. It fails where \
             that works: whoever finds an open screen or a stolen token takes the account over for good. The password \
             is put back.",
        )
        .remedied_by("Ask for the current password, or a fresh proof, before a password, factor or address is changed.")
        .standards(&["7.5.1", "7.5.3"], &["SESS-06"], &[620])
        .from_profile(Profile::Standard)
        .needs(&[StepName::ChangePassword])
        .destructive()
        .costs(20),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut evidence = Vec::new();
    for (says, wrong) in [("a wrong", format!("{}-Bb8!", audit.random().word())), ("an empty", String::new())]
    {
        let mut visitor = audit.sign_in(person).await?;
        let tried = ChangedPassword::with(audit, &mut visitor, person, &wrong).await?;
        evidence.extend(tried.exchanges);
        if let Some(changed) = tried.changed {
            let restored = changed.put_back(audit).await;
            let why = format!("the password was changed with {says} old one");
            let outcome = Outcome::fail(CHECK.description.severity, why).shown_by(evidence);
            return Ok(match restored {
                Ok(()) => outcome.fact("the password", "was put back"),
                Err(why) => outcome.fact("the password could not be put back", why),
            });
        }
    }
    evidence.push(audit.still_works(person).await?);
    Ok(Outcome::pass("the old password is asked for and compared").shown_by(evidence))
}
