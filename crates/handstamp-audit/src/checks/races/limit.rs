//! SA-RAC-02: parallel logins do not pass the limit.

use std::time::Duration;

use super::{rounds, start::race, unseen};
use crate::{
    audit::{Audit, Halt, Visitor},
    check::{Description, Group, Outcome, Profile, Reason, Severity, Verdict},
    checks::Check,
    recipe::{Admission, StepName},
    wire::ExchangeId,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-RAC-02", Group::Race, Severity::Medium, "parallel logins stay within the limit")
        .explained(
            "Sends twenty logins more than policy.concurrent allows at once, in many rounds, and asks `whoami` with every \
             token. It fails where more are alive than declared, and still are 5 s later: counting and beginning are \
             then two steps with a gap between.",
        )
        .remedied_by("Count and begin in one transaction, or under a lock for the account.")
        .standards(&["7.1.2", "15.4.2"], &["SESS-11"], &[367])
        .from_profile(Profile::Standard)
        .costs(400),
    |audit| Box::pin(run(audit)),
);

/// Logins beyond the declared number.
const BEYOND: u32 = 20;
/// A higher number takes more logins than a run has requests for.
const MOST: u32 = 30;
/// When sessions beyond the limit are counted again.
const LATER: Duration = Duration::from_secs(5);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let Some(declared) = audit.recipe().policy.concurrent else {
        return Ok(Outcome::not_applicable(
            Reason::NoSuchFeature,
            "policy.concurrent declares no number of sessions",
        ));
    };
    match audit.verdict_of("SA-MUL-01") {
        None | Some(Verdict::Pass) => {}
        Some(other) => {
            let why = format!("SA-MUL-01 has to pass first and is {other}");
            return Ok(Outcome::inconclusive(Reason::NeedsAnotherCheck, why));
        }
    }
    if declared.max > MOST {
        let why = format!("{} sessions are allowed, and trying that takes too many logins", declared.max);
        return Ok(Outcome::inconclusive(Reason::Budget, why));
    }
    let logins = usize::try_from(declared.max + BEYOND).unwrap_or(usize::MAX);
    // Logins are dear: half as many rounds, and the bound says so.
    let rounds = rounds(audit).div_ceil(2);
    let (mut hits, mut most, mut evidence) = (0, 0, Vec::new());
    for _ in 0..rounds {
        make_room(audit, declared.on_excess).await?;
        let begun = logged_in_at_once(audit, logins).await?;
        let mut ids = Vec::new();
        let mut alive = count_alive(audit, &begun, &mut ids).await?;
        // One that is ended late is waited for until a round has shown that none is.
        if alive > declared.max && hits == 0 {
            audit.clock().pause(LATER).await;
            alive = count_alive(audit, &begun, &mut ids).await?;
        }
        if alive > declared.max {
            hits += 1;
            evidence.extend(ids);
        }
        most = most.max(alive);
    }
    audit.end_sessions_of(audit.first()).await;
    evidence.truncate(logins);
    evidence.push(audit.still_works(audit.first()).await?);
    let outcome = if hits > 0 {
        let why = format!(
            "{hits} of {rounds} rounds left more sessions alive than {}: {most} at most",
            declared.max
        );
        Outcome::fail(CHECK.description.severity, why)
    } else {
        Outcome::pass(unseen(rounds))
    };
    Ok(outcome.fact("logins at once", logins).fact("most alive", most).shown_by(evidence))
}

/// Ends the account's sessions: a count that is taken too early matters below the limit only.
async fn make_room(audit: &Audit, on_excess: Admission) -> Result<(), Halt> {
    let can_enter = on_excess == Admission::EvictOldest;
    if !(can_enter && audit.has_step(StepName::EndOthers)) {
        audit.end_sessions_of(audit.first()).await;
        return Ok(());
    }
    let mut last = audit.sign_in(audit.first()).await?;
    last.play(StepName::EndOthers).await?;
    if audit.has_step(StepName::Logout) {
        last.play(StepName::Logout).await?;
    }
    Ok(())
}

/// Browsers whose logins went out together; those that were refused are signed in nowhere.
async fn logged_in_at_once(audit: &Audit, logins: usize) -> Result<Vec<Visitor<'_>>, Halt> {
    let has_factor = audit.has_step(StepName::SecondFactor);
    let last = if has_factor { StepName::SecondFactor } else { StepName::Login };
    let (mut visitors, mut held) = (Vec::new(), Vec::new());
    for _ in 0..logins {
        let mut visitor = audit.visitor(audit.first());
        if has_factor {
            visitor.play(StepName::Login).await?;
        }
        let prepared = visitor.prepare(last).await?;
        held.push(prepared.hold(&visitor, "one of many logins at once").await?);
        visitors.push((visitor, prepared));
    }
    let raced = race(held, None, Duration::ZERO).await?;
    let mut begun = Vec::new();
    for ((mut visitor, prepared), finish) in visitors.into_iter().zip(raced.runners) {
        let Some(answer) = finish.answer else { continue };
        match visitor.settle(&prepared, answer).await {
            Ok(_) => {
                audit.remember(&visitor);
                begun.push(visitor);
            }
            Err(error) if error.source.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(begun)
}

async fn count_alive(
    audit: &Audit,
    begun: &[Visitor<'_>],
    evidence: &mut Vec<ExchangeId>,
) -> Result<u32, Halt> {
    let mut alive = 0;
    for visitor in begun {
        let look =
            audit.look_for(&visitor.credentials(), "whoami with the token of one of many logins").await?;
        if look.is(audit.first()) {
            alive += 1;
            evidence.push(look.id());
        }
    }
    Ok(alive)
}
