//! SA-MUL-03: a session can be ended from the list.

use std::time::Duration;

use super::{Two, listed, sends, two_of};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity, Verdict},
    checks::{
        Check,
        kill::{all_alive, fates, per_set},
    },
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-MUL-03", Group::Several, Severity::High, "ending a session in the list ends it")
        .explained(
            "Signs in twice, ends the second session from the first one's list, and asks `whoami` with its token over a \
             minute. It fails where that is still signed in (high), and where a wrong password ended it although the \
             step sends one (low).",
        )
        .remedied_by(
            "End the session's record on the server, and ask who it is again before sessions are ended, so that a thief \
             cannot end the owner's.",
        )
        .standards(&["7.5.2"], &[], &[])
        .from_profile(Profile::Standard)
        .needs(&[StepName::SessionsList, StepName::EndSession])
        .costs(25),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let Two { mut first, second, id, mut evidence } = two_of(audit, person).await?;
    let mut subjects = per_set(audit, "the session that was ended", &second.credentials());
    evidence.extend(all_alive(audit, person, &mut subjects).await?);

    // First as somebody who cannot prove who it is. A refusal is the good answer.
    let asks_password = sends(audit, StepName::EndSession, "password");
    let has_step = audit.has_step(StepName::Reauthenticate);
    let mut ended_without_proof = false;
    if asks_password || has_step {
        let mut unproven = first.clone();
        unproven.variables.set("password", audit.random().word());
        unproven.variables.set("session_id", id.as_str());
        match unproven.play(StepName::EndSession).await {
            Ok(played) => evidence.extend(played.ids()),
            Err(error) if error.source.is_none() => evidence.extend(error.exchange),
            Err(error) => return Err(error.into()),
        }
        let look = audit.look_for(&second.credentials(), "after an attempt without proof: whoami").await?;
        evidence.push(look.id());
        ended_without_proof = look.is_nobody();
    }
    if !ended_without_proof {
        let look = audit.look_for(&first.credentials(), "is the first session still alive").await?;
        if look.is_nobody() {
            // The wrong password cost the session that sent it.
            first = audit.sign_in(person).await?;
        }
        listed(&mut first, &mut evidence).await?;
        if has_step {
            evidence.extend(first.play(StepName::Reauthenticate).await?.ids());
        }
        first.variables.set("session_id", id.as_str());
        evidence.extend(first.play(StepName::EndSession).await?.ids());
    }
    let own = audit.look_for(&first.credentials(), "is the session that ended it still alive").await?;
    evidence.push(own.id());
    let fates = fates(audit, person, subjects).await?;
    let outcome = fates.conclude("it was ended in the list", Duration::ZERO, CHECK.description.severity);
    if outcome.verdict != Verdict::Pass && !own.is(person) {
        // What nobody asked for ended nothing.
        let why = "the session that ended the other is not alive itself";
        return Ok(Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence));
    }
    let outcome = if ended_without_proof && asks_password && outcome.verdict == Verdict::Pass {
        let mut weaker = Outcome::fail(Severity::Low, "a session was ended with a wrong password");
        weaker.facts = outcome.facts;
        weaker.evidence = outcome.evidence;
        weaker
    } else {
        outcome
    };
    let asked = match (asks_password || has_step, ended_without_proof) {
        (false, _) => "nothing in the recipe says so",
        (true, false) => "yes",
        (true, true) if asks_password => "no: a wrong password was taken",
        // A login that is minutes old may count as the proof; an older one is not at hand.
        (true, true) => "not right after login",
    };
    Ok(outcome.fact("asks who it is before it ends a session", asked).shown_by(evidence))
}
