//! SA-RAC-03: a refresh token is spent once.

use std::time::Duration;

use super::{past_grace, rounds, start::race, unseen};
use crate::{
    audit::{Audit, Halt, Visitor},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::Check,
    recipe::StepName,
    wire::ExchangeId,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-RAC-03", Group::Race, Severity::High, "a refresh token is spent once")
        .explained(
            "Sends one refresh token ten times at once, in many rounds, and then uses each token that came of it, and the \
             spent one again. It fails where more than one of them can be refreshed again, or where the spent one is taken \
             after policy.rotation_grace, or after 15 s where none is declared: a thief then has a line of tokens.",
        )
        .remedied_by(
            "Mark the token as spent and make its successor in one transaction; when a spent one comes back, end the whole \
             family (RFC 9700 section 4.14.2).",
        )
        .standards(&["7.4.1"], &[], &[294, 362])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Refresh])
        .costs(200),
    |audit| Box::pin(run(audit)),
);

/// How often one token is sent at once.
const SPENDERS: usize = 10;

/// What came of one round.
struct Round<'a> {
    /// Who had the token that was spent.
    original: Visitor<'a>,
    /// Who got another token for it.
    successors: Vec<Visitor<'a>>,
    evidence: Vec<ExchangeId>,
}

/// What came of all rounds.
#[derive(Default)]
struct Tally {
    /// Rounds that left more than one family.
    hits: u32,
    /// Rounds after which the spent token was taken again.
    replays: u32,
    /// The most families of one round.
    most: usize,
    evidence: Vec<ExchangeId>,
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let count = rounds(audit);
    let mut waiting = Vec::new();
    for _ in 0..count {
        waiting.push(round(audit).await?);
    }
    // Within the grace an old token may be taken on purpose; what counts is what is left of it. One wait for all.
    audit.clock().pause(past_grace(audit)).await;
    let mut tally = Tally::default();
    for round in waiting {
        tally.count(audit, round).await?;
    }
    let Tally { hits, replays, most, mut evidence } = tally;
    evidence.push(audit.still_works(audit.first()).await?);
    let severity = CHECK.description.severity;
    let outcome = if hits > 0 {
        Outcome::fail(
            severity,
            format!("{hits} of {count} rounds made several families of one token: {most} at most"),
        )
    } else if replays > 0 {
        Outcome::fail(
            severity,
            format!("a spent refresh token was taken again in {replays} of {count} rounds"),
        )
    } else {
        Outcome::pass(unseen(count))
    };
    Ok(outcome.fact("families at most", most).fact("spent tokens taken again", replays).shown_by(evidence))
}

impl Tally {
    /// Refreshes each successor once more, and then the token that was spent.
    async fn count(&mut self, audit: &Audit, round: Round<'_>) -> Result<(), Halt> {
        let Round { mut original, successors, evidence: mut ids } = round;
        let mut families = 0;
        for mut successor in successors {
            families += usize::from(refreshed(audit, &mut successor, &mut ids).await?);
            audit.remember(&successor);
        }
        let is_replayed = refreshed(audit, &mut original, &mut ids).await?;
        if (families > 1 && self.hits == 0) || (is_replayed && self.replays == 0) {
            self.evidence.extend(ids);
        }
        self.hits += u32::from(families > 1);
        self.replays += u32::from(is_replayed);
        self.most = self.most.max(families);
        Ok(())
    }
}

async fn round(audit: &Audit) -> Result<Round<'_>, Halt> {
    let original = audit.sign_in(audit.first()).await?;
    let mut held = Vec::new();
    let mut spenders = Vec::new();
    for _ in 0..SPENDERS {
        let mut spender = original.clone();
        let prepared = spender.prepare(StepName::Refresh).await?;
        held.push(prepared.hold(&spender, "one token refreshed many times at once").await?);
        spenders.push((spender, prepared));
    }
    let raced = race(held, None, Duration::ZERO).await?;
    let evidence = raced.answers().map(|answer| answer.id).collect();
    let mut successors: Vec<Visitor<'_>> = Vec::new();
    for ((mut spender, prepared), finish) in spenders.into_iter().zip(raced.runners) {
        let Some(answer) = finish.answer else { continue };
        match spender.settle(&prepared, answer).await {
            // The same successor for all is one family.
            Ok(_) if successors.iter().any(|one| one.credentials() == spender.credentials()) => {}
            Ok(_) => successors.push(spender),
            Err(error) if error.source.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Round { original, successors, evidence })
}

/// Whether a refresh with what this browser has gives a session that lives.
async fn refreshed(
    audit: &Audit,
    visitor: &mut Visitor<'_>,
    evidence: &mut Vec<ExchangeId>,
) -> Result<bool, Halt> {
    match visitor.play(StepName::Refresh).await {
        Ok(played) => evidence.extend(played.ids()),
        Err(error) if error.source.is_none() => {
            evidence.extend(error.exchange);
            return Ok(false);
        }
        Err(error) => return Err(error.into()),
    }
    let look = audit.look_for(&visitor.credentials(), "whoami after a refresh").await?;
    evidence.push(look.id());
    Ok(look.is(audit.first()))
}
