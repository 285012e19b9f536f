//! SA-END-06, -07 and -08: a change of password, a reset, a change of factor or mail ends all other sessions.
//!
//! This is the remedy that people have when somebody else is in their account.

use super::ChangedPassword;
use crate::{
    audit::{Audit, Halt, Visitor},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{
        Check,
        kill::{Fate, Fates, Subject, all_alive, fates, per_set},
    },
    credentials::Credentials,
    recipe::StepName,
    wire::ExchangeId,
};

pub(super) const PASSWORD: Check = Check::new(
    Description::new("SA-END-06", Group::Termination, Severity::High, "a new password ends all other sessions")
        .explained(
            "Signs in three times, changes the password in the first session, and asks `whoami` with the other two \
             tokens and with the first session's token from before, over a minute. It fails where one of the others \
             is still signed in; the own old token alone is medium. The password is put back.",
        )
        .remedied_by("When the password changes end every other session of the account and give the own one a new token.")
        .standards(&["7.4.3"], &["SESS-06", "ATHN-09"], &[613])
        .needs(&[StepName::ChangePassword])
        .destructive()
        .costs(40),
    |audit| Box::pin(password(audit)),
);

pub(super) const RESET: Check = Check::new(
    Description::new("SA-END-07", Group::Termination, Severity::High, "a password reset ends all sessions")
        .explained(
            "Signs in twice, resets the password through the mail as somebody who is not signed in, and asks `whoami` \
             with both tokens over a minute. It fails where one is still signed in. The password is put back.",
        )
        .remedied_by("When a reset is completed end every session of the account (ASVS 5.0 7.4.3).")
        .standards(&["7.4.3"], &["SESS-06", "ATHN-09"], &[613])
        .from_profile(Profile::Standard)
        .needs(&[StepName::ResetPassword])
        .destructive()
        .costs(30),
    |audit| Box::pin(reset(audit)),
);

pub(super) const FACTOR_OR_MAIL: Check = Check::new(
    Description::new("SA-END-08", Group::Termination, Severity::Medium, "a new factor or address ends other sessions")
        .explained(
            "Signs in twice, changes the second factor or the mail address in the first session, and asks `whoami` with \
             the other token over a minute. It fails where that is still signed in and the application has no \
             function to end the others.",
        )
        .remedied_by("End the other sessions when a factor or the address for resets changes, or offer it in the same step.")
        .standards(&["7.4.3"], &["SESS-06"], &[613])
        .from_profile(Profile::Standard)
        .destructive()
        .costs(20),
    |audit| Box::pin(factor_or_mail(audit)),
);

/// Two sessions that should die, alive at the start.
async fn others(audit: &Audit) -> Result<(Vec<Subject>, Vec<ExchangeId>), Halt> {
    let person = audit.first();
    let mut subjects = Vec::new();
    for name in ["the second session", "the third session"] {
        let credentials = audit.sign_in(person).await?.credentials();
        subjects.extend(per_set(audit, name, &credentials));
    }
    let evidence = all_alive(audit, person, &mut subjects).await?;
    Ok((subjects, evidence))
}

async fn password(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let mut own = audit.sign_in(person).await?;
    let (others, mut evidence) = others(audit).await?;
    let before = own.credentials();
    let (changed, ids) = ChangedPassword::by(audit, &mut own, person, StepName::ChangePassword).await?;
    evidence.extend(ids);
    audit.remember(&own);
    let followed = follow(audit, others, &own, &before).await;
    let restored = changed.put_back(audit).await;
    let (fates, own_old) = followed?;
    let outcome = conclude(fates, own_old, "the password change", offers_to_end_others(audit));
    Ok(restore(outcome, restored).shown_by(evidence))
}

/// The others along the curve; the own session's token from before with them, where it changed.
async fn follow(
    audit: &Audit,
    mut subjects: Vec<Subject>,
    own: &Visitor<'_>,
    before: &Credentials,
) -> Result<(Fates, OwnOld), Halt> {
    let after = own.credentials();
    let old = per_set(audit, OWN_OLD, before);
    let new = per_set(audit, OWN_OLD, &after);
    // A session that the change itself ended has no new token, and its old one has to be dead all the same.
    let is_same =
        !after.is_empty() && old.iter().zip(&new).any(|(old, new)| old.credentials == new.credentials);
    if !is_same {
        subjects.extend(old);
    }
    let fates = fates(audit, audit.first(), subjects).await?;
    Ok((fates, if is_same { OwnOld::IsKept } else { OwnOld::WasChanged }))
}

const OWN_OLD: &str = "the own token from before";

/// What became of the token of the session in which the change was made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OwnOld {
    IsKept,
    WasChanged,
}

fn conclude(fates: Fates, own: OwnOld, event: &str, can_end_others: bool) -> Outcome {
    let is_alive = |fate: Fate| matches!(fate, Fate::Alive { .. });
    let other_alive =
        fates.subjects.iter().any(|(subject, fate)| is_alive(*fate) && !subject.name.starts_with(OWN_OLD));
    let severity = if other_alive && !can_end_others { Severity::High } else { Severity::Medium };
    let outcome = fates.conclude(event, std::time::Duration::ZERO, severity);
    let outcome =
        outcome.fact("the application can end the others", if can_end_others { "yes" } else { "no" });
    match own {
        OwnOld::WasChanged => outcome.fact("the own token", "changed"),
        OwnOld::IsKept if outcome.verdict == crate::check::Verdict::Pass => {
            // The one who changes it may be the one who has to get rid of a thief with the same token.
            let mut outcome = outcome.fact("the own token", "did not change");
            outcome.verdict = crate::check::Verdict::Fail { severity: Severity::Medium };
            outcome.headline = format!("others are dead after {event}, and the own token did not change");
            outcome
        }
        OwnOld::IsKept => outcome.fact("the own token", "did not change"),
    }
}

/// Whether people can end the others themselves, which ASVS 5.0 7.4.3 takes for an answer.
fn offers_to_end_others(audit: &Audit) -> bool {
    audit.has_step(StepName::EndOthers) || audit.has_step(StepName::EndAll)
}

fn restore(outcome: Outcome, restored: Result<(), String>) -> Outcome {
    match restored {
        Ok(()) => outcome.fact("the password", "was put back"),
        Err(why) => outcome.fact("the password could not be put back", why),
    }
}

async fn reset(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let (subjects, mut evidence) = others(audit).await?;
    let mut stranger = audit.visitor(person);
    let (changed, ids) = ChangedPassword::by(audit, &mut stranger, person, StepName::ResetPassword).await?;
    evidence.extend(ids);
    let followed = fates(audit, person, subjects).await;
    let restored = changed.put_back(audit).await;
    let outcome = followed?.conclude("the reset", std::time::Duration::ZERO, RESET.description.severity);
    Ok(restore(outcome, restored).shown_by(evidence))
}

async fn factor_or_mail(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let Some(step) =
        [StepName::ChangeFactor, StepName::ChangeMail].into_iter().find(|step| audit.has_step(*step))
    else {
        let why = "the recipe has neither change_factor nor change_mail";
        return Ok(Outcome::not_applicable(Reason::NoStepInRecipe, why));
    };
    let mut own = audit.sign_in(person).await?;
    let (subjects, mut evidence) = others(audit).await?;
    let original = own.mail();
    own.variables.set("new_mail", format!("{}@example.test", audit.random().word()));
    evidence.extend(own.play(step).await?.ids());
    let followed = fates_after_change(audit, subjects).await;
    if step == StepName::ChangeMail {
        own.variables.set("new_mail", original);
        // The marker may be the address: what is not put back shows in the next login.
        evidence.extend(own.play(step).await?.ids());
    }
    let severity =
        if offers_to_end_others(audit) { Severity::Low } else { FACTOR_OR_MAIL.description.severity };
    Ok(followed?.conclude(step.word(), std::time::Duration::ZERO, severity).shown_by(evidence))
}

async fn fates_after_change(audit: &Audit, subjects: Vec<Subject>) -> Result<Fates, Halt> {
    fates(audit, audit.first(), subjects).await
}
