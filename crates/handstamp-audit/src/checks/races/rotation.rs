//! SA-RAC-04: a change of token loses nobody and leaves no old one.

use std::time::Duration;

use super::{past_grace, rounds, start::race, unseen};
use crate::{
    audit::{Audit, Halt, Seen},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::{
        Check,
        kill::{Subject, confirm, per_set},
    },
    recipe::StepName,
    wire::ExchangeId,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-RAC-04", Group::Race, Severity::Medium, "a change of token loses nobody")
        .explained(
            "Sends twenty reads with a token and what changes it in their midst or 10 ms later, in many rounds. It fails where the new token \
             is dead after it, or where requests with the old one are refused within policy.rotation_grace (low), and \
             where the old one is alive after the grace, or after 15 s where none is declared (medium). What a refresh leaves behind runs out by itself and is not counted.",
        )
        .remedied_by(
            "Change the token in one transaction, take the old one for a short declared grace where requests run in \
             parallel, and for no longer.",
        )
        .standards(&["7.2.4"], &["SESS-03"], &[362])
        .from_profile(Profile::Standard)
        .costs(300),
    |audit| Box::pin(run(audit)),
);

/// What changes a token within a session.
const CHANGING: [StepName; 3] = [StepName::Reauthenticate, StepName::SwitchRole, StepName::Refresh];
const READERS: usize = 20;
const STAGGER: Duration = Duration::from_millis(10);

/// What came of all rounds.
#[derive(Default)]
struct Rounds {
    /// Tokens that were changed, each with the exchanges of its round.
    old: Vec<(Subject, Vec<ExchangeId>)>,
    /// Rounds after which the new token was dead.
    lost: u32,
    /// Rounds in which a request under way was answered as nobody's.
    refused: u32,
    evidence: Vec<ExchangeId>,
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let Some(step) = CHANGING.into_iter().find(|step| audit.has_step(*step)) else {
        let why = "the recipe has none of reauthenticate, switch_role and refresh";
        return Ok(Outcome::not_applicable(Reason::NoStepInRecipe, why));
    };
    let rounds = rounds(audit);
    let mut done = Rounds::default();
    for number in 1..=rounds {
        // In their midst and after them by turns, as in SA-RAC-01.
        let stagger = if number % 2 == 0 { Duration::ZERO } else { STAGGER };
        round(audit, step, stagger, &mut done).await?;
        if number == 1 && done.old.is_empty() && done.lost == 0 {
            let why = format!("{step} changes no token that signs in");
            return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why).shown_by(done.evidence));
        }
    }
    // What a refresh trades in is the refresh token, whose second use SA-RAC-03 asks about; a token that was got before
    // runs out by itself.
    let replaced = if step == StepName::Refresh { Vec::new() } else { std::mem::take(&mut done.old) };
    if !replaced.is_empty() {
        // One wait for all of them.
        audit.clock().pause(past_grace(audit)).await;
    }
    let mut outlived = 0;
    for (subject, ids) in replaced {
        let look = audit.look_for(&subject.credentials, "past the grace: whoami with the old token").await?;
        if !look.is(person) {
            continue;
        }
        if outlived == 0 {
            done.evidence.extend(ids);
            done.evidence.push(look.id());
            confirm(audit, person, &subject.credentials, &look, &mut done.evidence).await?;
        }
        outlived += 1;
    }
    done.evidence.push(audit.still_works(person).await?);
    let has_grace = !audit.recipe().policy.rotation_grace.is_zero();
    let outcome = if outlived > 0 {
        let why = format!("{outlived} of {rounds} old tokens are alive past the grace");
        Outcome::fail(CHECK.description.severity, why)
    } else if done.lost > 0 {
        Outcome::fail(
            Severity::Low,
            format!("the new token was dead after {} of {rounds} changes", done.lost),
        )
    } else if done.refused > 0 && has_grace {
        let refused = done.refused;
        let why =
            format!("requests under way were signed out in {refused} of {rounds} changes, within the grace");
        Outcome::fail(Severity::Low, why)
    } else {
        Outcome::pass(unseen(rounds))
    };
    Ok(outcome
        .fact("rounds with requests under way refused", done.refused)
        .fact("what changes the token", step)
        .shown_by(done.evidence))
}

async fn round(audit: &Audit, step: StepName, stagger: Duration, done: &mut Rounds) -> Result<(), Halt> {
    let person = audit.first();
    let mut visitor = audit.sign_in(person).await?;
    let prepared = visitor.prepare(step).await?;
    let before = visitor.credentials();
    let (origin, request) = audit.whoami(&before)?;
    let mut readers = Vec::with_capacity(READERS);
    for _ in 0..READERS {
        readers.push(audit.client().hold(&origin, request.clone(), "a read across a change of token").await?);
    }
    let last = prepared.hold(&visitor, "what changes the token, with reads under way").await?;
    let raced = race(readers, Some(last), stagger).await?;
    let refused: Vec<_> = raced.answers().filter(|answer| audit.seen(answer) == Seen::Nobody).collect();
    let mut evidence: Vec<_> = refused.iter().map(|answer| answer.id).take(3).collect();
    let is_refused = !refused.is_empty();

    let Some(answer) = raced.late.as_ref().and_then(|late| late.answer.clone()) else { return Ok(()) };
    evidence.push(answer.id);
    match visitor.settle(&prepared, answer).await {
        Ok(_) => {}
        // What changes the token failed under load: whether its session is lost is what is asked below.
        Err(error) if error.source.is_none() => evidence.extend(error.exchange),
        Err(error) => return Err(error.into()),
    }
    audit.remember(&visitor);
    let after = visitor.credentials();
    let new = audit.look_for(&after, "whoami with the token after the change").await?;
    evidence.push(new.id());
    let is_lost = !new.is(person);
    let old = per_set(audit, "the old token", &before)
        .into_iter()
        .zip(per_set(audit, "", &after))
        .filter(|(old, new)| old.credentials != new.credentials)
        .map(|(old, _)| (old, evidence.clone()));
    done.old.extend(old);
    if (is_lost && done.lost == 0) || (is_refused && done.refused == 0) {
        done.evidence.extend(evidence);
    }
    done.lost += u32::from(is_lost);
    done.refused += u32::from(is_refused);
    Ok(())
}
