//! SA-END-09 and -10: what an administrator ends is dead.

use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{
        Check,
        kill::{Subject, all_alive, fates, per_set},
    },
    recipe::StepName,
    wire::ExchangeId,
};

pub(super) const DISABLE: Check = Check::new(
    Description::new("SA-END-09", Group::Termination, Severity::High, "disabling an account ends its sessions")
        .explained(
            "Signs the second account in twice, lets the administrator disable it, and asks `whoami` with both tokens \
             over a minute. It fails where one is still signed in. The account is enabled again.",
        )
        .remedied_by("End every session and token of an account when it is disabled or deleted (ASVS 5.0 7.4.2).")
        .standards(&["7.4.2"], &["SESS-06"], &[613])
        .from_profile(Profile::Standard)
        .needs(&[StepName::AdminDisable])
        .two_accounts()
        .destructive()
        .costs(30),
    |audit| Box::pin(disable(audit)),
);

pub(super) const END_SESSIONS: Check = Check::new(
    Description::new("SA-END-10", Group::Termination, Severity::Medium, "an administrator can end sessions")
        .explained(
            "Signs the first account in twice, lets the administrator end its sessions, and asks `whoami` with both \
             tokens over a minute. It fails where one is still signed in.",
        )
        .remedied_by("Give administrators a function that ends one session and all sessions of an account, on the server.")
        .standards(&["7.4.5"], &["SESS-06"], &[613])
        .from_profile(Profile::Standard)
        .needs(&[StepName::AdminEndSessions])
        .costs(25),
    |audit| Box::pin(end_sessions(audit)),
);

/// Plays a step as the administrator, about `person`.
async fn as_admin(
    audit: &Audit,
    step: StepName,
    person: crate::audit::Person,
) -> Result<Vec<ExchangeId>, Halt> {
    let Some(admin) = audit.admin() else {
        let why = "the recipe has no account with admin = true";
        return Err(Halt::not_applicable(Reason::NoStepInRecipe, why));
    };
    let mut visitor = audit.sign_in(admin).await?;
    let account = audit.account(person);
    visitor.variables.set("user", account.user.clone());
    visitor.variables.set("marker", account.marker.clone());
    for (name, value) in &account.variables {
        visitor.variables.set(name.clone(), value.clone());
    }
    Ok(visitor.play(step).await?.ids())
}

async fn two_sessions(
    audit: &Audit,
    person: crate::audit::Person,
) -> Result<(Vec<Subject>, Vec<ExchangeId>), Halt> {
    let mut subjects = Vec::new();
    for name in ["the first session", "the second session"] {
        subjects.extend(per_set(audit, name, &audit.sign_in(person).await?.credentials()));
    }
    let evidence = all_alive(audit, person, &mut subjects).await?;
    Ok((subjects, evidence))
}

async fn disable(audit: &Audit) -> Result<Outcome, Halt> {
    let Some(person) = audit.second() else {
        return Ok(Outcome::not_applicable(
            Reason::SecondAccountMissing,
            "it takes an account to throw away",
        ));
    };
    let (subjects, mut evidence) = two_sessions(audit, person).await?;
    evidence.extend(as_admin(audit, StepName::AdminDisable, person).await?);
    // The control beside "dead" is a login, which a disabled account has not: the first account shows it.
    let followed = crate::checks::kill::fates_controlled_by(audit, person, audit.first(), subjects).await;
    let enabled = if audit.has_step(StepName::AdminEnable) {
        as_admin(audit, StepName::AdminEnable, person).await.map_err(|halt| halt.into_outcome().headline)
    } else {
        Err("the recipe has no step admin_enable".to_owned())
    };
    let outcome = followed?.conclude(
        "the account was disabled",
        std::time::Duration::ZERO,
        DISABLE.description.severity,
    );
    Ok(match enabled {
        Ok(_) => outcome.fact("the account", "was enabled again"),
        Err(why) => outcome.fact("the account is still disabled", why),
    }
    .shown_by(evidence))
}

async fn end_sessions(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let (subjects, mut evidence) = two_sessions(audit, person).await?;
    evidence.extend(as_admin(audit, StepName::AdminEndSessions, person).await?);
    let fates = fates(audit, person, subjects).await?;
    let severity = END_SESSIONS.description.severity;
    Ok(fates.conclude("the administrator ended them", std::time::Duration::ZERO, severity).shown_by(evidence))
}
