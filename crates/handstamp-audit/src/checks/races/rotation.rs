//! SA-RAC-04: a change of token loses nobody and leaves no old one.

use std::time::Duration;

use super::{rounds, start::race, unseen};
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
            "Sends twenty reads with a token and 10 ms later what changes it, in many rounds. It fails where the new token \
             is dead after it, or where requests with the old one are refused within policy.rotation_grace (low), and \
             where the old one is alive after the grace (medium).",
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
    /// Rounds in which the token changed.
    changed: u32,
    /// Tokens whose grace is not over yet, each with the exchanges of its round.
    old: Vec<(Subject, Vec<ExchangeId>)>,
    /// Rounds after which the new token was dead.
    lost: u32,
    /// Rounds in which a request under way was answered as nobody's.
    refused: u32,
    /// Rounds whose old token was alive past its grace.
    outlived: u32,
    evidence: Vec<ExchangeId>,
}

impl Rounds {
    /// Asks an old token whose grace is over.
    async fn ask_old(&mut self, audit: &Audit, old: &Subject, ids: Vec<ExchangeId>) -> Result<(), Halt> {
        let person = audit.first();
        let look = audit.look_for(&old.credentials, "past the grace: whoami with the old token").await?;
        if !look.is(person) {
            return Ok(());
        }
        if self.outlived == 0 {
            self.evidence.extend(ids);
            self.evidence.push(look.id());
            confirm(audit, person, &old.credentials, &look, &mut self.evidence).await?;
        }
        self.outlived += 1;
        Ok(())
    }
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
        round(audit, step, &mut done).await?;
        if number == 1 && done.changed == 0 && done.lost == 0 {
            let why = format!("{step} changes no token that signs in");
            return Ok(Outcome::not_applicable(Reason::NoSuchFeature, why).shown_by(done.evidence));
        }
    }
    let grace = audit.recipe().policy.rotation_grace;
    if !grace.is_zero() {
        // One wait for all of them.
        audit.clock().pause(grace + Duration::from_secs(1)).await;
        for (subject, ids) in std::mem::take(&mut done.old) {
            done.ask_old(audit, &subject, ids).await?;
        }
    }
    let outlived = done.outlived;
    done.evidence.push(audit.still_works(person).await?);
    let outcome = if outlived > 0 {
        let why = format!("the old token outlived its grace in {outlived} of {rounds} rounds");
        Outcome::fail(CHECK.description.severity, why)
    } else if done.lost > 0 {
        Outcome::fail(
            Severity::Low,
            format!("the new token was dead after {} of {rounds} changes", done.lost),
        )
    } else if done.refused > 0 && !grace.is_zero() {
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

async fn round(audit: &Audit, step: StepName, done: &mut Rounds) -> Result<(), Halt> {
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
    let raced = race(readers, Some(last), STAGGER).await?;
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
    let old: Vec<_> = old.collect();
    done.changed += u32::from(!old.is_empty());
    if audit.recipe().policy.rotation_grace.is_zero() {
        for (subject, ids) in old {
            done.ask_old(audit, &subject, ids).await?;
        }
    } else {
        done.old.extend(old);
    }
    if (is_lost && done.lost == 0) || (is_refused && done.refused == 0) {
        done.evidence.extend(evidence);
    }
    done.lost += u32::from(is_lost);
    done.refused += u32::from(is_refused);
    Ok(())
}
