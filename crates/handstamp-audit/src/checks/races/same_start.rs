//! SA-RAC-05: two logins from one anonymous session stay apart.

use std::time::Duration;

use super::{rounds, start::race, unseen};
use crate::{
    audit::{Audit, Halt, Person, Seen},
    check::{Description, Group, Outcome, Profile, Reason, Severity, Verdict},
    checks::{Check, fixation::open_anonymously},
    recipe::StepName,
    wire::ExchangeId,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-RAC-05", Group::Race, Severity::High, "two logins from one session stay apart")
        .explained(
            "Lets both accounts sign in at the same moment with the same anonymous session, in many rounds, and asks \
             `whoami` with what each got. It fails where one's token shows the other.",
        )
        .remedied_by("Make a new session for each login; never write who is signed in into one that is there already.")
        .standards(&["7.2.4"], &[], &[362, 488])
        .from_profile(Profile::Standard)
        .two_accounts()
        .costs(80),
    |audit| Box::pin(run(audit)),
);

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let Some(second) = audit.second() else {
        return Ok(Outcome::not_applicable(Reason::SecondAccountMissing, "it takes two accounts"));
    };
    if matches!(audit.verdict_of("SA-FIX-01"), Some(Verdict::Fail { .. })) {
        let why = "the session from before login is signed in after it (SA-FIX-01), so two logins share it without a race";
        return Ok(Outcome::inconclusive(Reason::NeedsAnotherCheck, why));
    }
    let rounds = rounds(audit);
    let (mut hits, mut evidence) = (0, Vec::new());
    for number in 1..=rounds {
        let Some((is_mixed, ids)) = round(audit, [audit.first(), second]).await? else {
            return Ok(Outcome::not_applicable(
                Reason::NoAnonymousSession,
                "nobody gets a cookie before login",
            ));
        };
        // The first that was seen, or else the last round's.
        if hits == 0 && (is_mixed || number == rounds) {
            evidence = ids;
        }
        hits += u32::from(is_mixed);
    }
    evidence.push(audit.still_works(audit.first()).await?);
    let outcome = if hits > 0 {
        Outcome::fail(
            CHECK.description.severity,
            format!("one account's token showed the other in {hits} of {rounds} rounds"),
        )
    } else {
        Outcome::pass(unseen(rounds))
    };
    Ok(outcome.shown_by(evidence))
}

/// Whether a token showed the wrong account; `None` where there is no anonymous session.
async fn round(audit: &Audit, people: [Person; 2]) -> Result<Option<(bool, Vec<ExchangeId>)>, Halt> {
    let mut shared = audit.stranger();
    let before = open_anonymously(audit, &mut shared).await?;
    let (mut visitors, mut held) = (Vec::new(), Vec::new());
    for person in people {
        let mut visitor = audit.visitor(person);
        visitor.jar = shared.jar.clone();
        let prepared = visitor.prepare(StepName::Login).await?;
        let kept = visitor.credentials();
        if !before.parts().any(|(carrier, value)| kept.get(carrier) == Some(value)) {
            return Ok(None);
        }
        held.push(prepared.hold(&visitor, "two logins at once from one anonymous session").await?);
        visitors.push((person, visitor, prepared));
    }
    let raced = race(held, None, Duration::ZERO).await?;
    let mut evidence: Vec<_> = raced.answers().map(|answer| answer.id).collect();
    let mut is_mixed = false;
    for ((person, mut visitor, prepared), finish) in visitors.into_iter().zip(raced.runners) {
        let Some(answer) = finish.answer else { continue };
        let settled = visitor.settle(&prepared, answer).await;
        if let Err(error) = settled
            && error.source.is_some()
        {
            return Err(error.into());
        }
        if audit.has_step(StepName::SecondFactor) {
            // The loser of a race may have no login to complete.
            let _ = visitor.play(StepName::SecondFactor).await;
        }
        audit.remember(&visitor);
        let look = audit.look_for(&visitor.credentials(), "whoami after two logins at once").await?;
        evidence.push(look.id());
        is_mixed |= matches!(look.seen, Seen::Person(seen) if seen != person);
    }
    Ok(Some((is_mixed, evidence)))
}
