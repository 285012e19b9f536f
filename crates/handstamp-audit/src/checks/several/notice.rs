//! SA-MUL-06: somebody is told of a new login.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::StepName,
    wire::Request,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-MUL-06", Group::Several, Severity::Information, "the owner hears of a new login")
        .explained(
            "Signs in with an empty jar and a browser's name that was not seen before, and waits a minute for a mail in the \
             recipe's sink. It is a warning where none comes.",
        )
        .remedied_by("Tell the account's owner of a login from a new device, with what they can do about it.")
        .standards(&[], &["SESS-11"], &[])
        .from_profile(Profile::Standard)
        .costs(4),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    if audit.recipe().mail.is_none() {
        return Ok(Outcome::not_applicable(Reason::NoStepInRecipe, "the recipe has no [mail]"));
    }
    let mark =
        audit.mark_mail().await.map_err(|error| Halt::inconclusive(Reason::StepFailed, error.to_string()))?;
    let name = format!("Mozilla/5.0 (X11; Linux x86_64) handstamp-audit/{}", audit.random().word());
    let as_new_device =
        |request: &mut Request| *request = request.clone().only_header("User-Agent", name.as_str());
    let mut visitor = audit.visitor(audit.first());
    let mut evidence = visitor.play_altered(StepName::Login, &as_new_device).await?.ids();
    if audit.has_step(StepName::SecondFactor) {
        evidence.extend(visitor.play_altered(StepName::SecondFactor, &as_new_device).await?.ids());
    }
    audit.remember(&visitor);
    let came = audit.any_mail_since(&mark).await;
    let came = came.map_err(|error| Halt::inconclusive(Reason::StepFailed, error.to_string()))?;
    Ok(match came {
        Some(after) => Outcome::pass(format!("a mail came within {} s of the login", after.as_secs().max(1))),
        None => {
            Outcome::warn(CHECK.description.severity, "no mail came within 60 s of a login from a new device")
        }
    }
    .shown_by(evidence))
}
