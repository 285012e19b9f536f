//! Rounds of one kind of race between requests under way and what ends their session.

use std::time::Duration;

use super::start::race;
use crate::{
    audit::{Audit, Halt, Visitor},
    checks::kill::{Subject, confirm, per_set},
    recipe::{Secret, StepName},
    wire::{ExchangeId, Held},
};

/// How many requests are under way.
const RUNNERS: usize = 20;
/// How long after them the end is sent in every other round; shorter where an application answers faster. In the
/// rounds between it is sent in their midst.
const STAGGERS: [Duration; 4] =
    [Duration::from_millis(10), Duration::from_millis(5), Duration::from_millis(2), Duration::from_millis(1)];
/// When a token that outlived its end is asked again.
const LATER: Duration = Duration::from_secs(5);

/// What ends the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Logout,
    /// Out of another session.
    Others,
    /// Out of another session.
    Password,
}

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Load {
    Writes,
    Reads,
}

impl End {
    pub(super) const fn step(self) -> StepName {
        match self {
            Self::Logout => StepName::Logout,
            Self::Others => StepName::EndOthers,
            Self::Password => StepName::ChangePassword,
        }
    }

    /// The check that asks the same without a race.
    pub(super) const fn without_race(self) -> &'static str {
        match self {
            Self::Logout => "SA-END-01",
            Self::Others => "SA-END-11",
            Self::Password => "SA-END-06",
        }
    }
}

impl Load {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Writes => "writes",
            Self::Reads => "reads",
        }
    }
}

/// What came of all rounds.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    /// Rounds whose end was answered as it should be.
    pub(super) rounds: u32,
    /// Rounds after which the token was alive, and alive still five seconds later.
    pub(super) hits: u32,
    /// Rounds whose end failed, so that nothing follows from them.
    pub(super) void: u32,
    /// Rounds in which a request was still under way when the end was sent.
    pub(super) overlapping: u32,
    /// Requests under way that were answered with a status below 400.
    pub(super) taken: usize,
    pub(super) evidence: Vec<ExchangeId>,
}

impl Series {
    /// Whether a race could have been won in it: the end worked, requests were taken, and some were under way.
    pub(super) fn is_telling(&self) -> bool {
        self.rounds > 0 && self.taken > 0 && self.overlapping > 0
    }

    /// As a fact.
    pub(super) fn says(&self, load: Load) -> String {
        let sent = usize::try_from(self.rounds + self.void).unwrap_or(usize::MAX).saturating_mul(RUNNERS);
        let void = if self.void == 0 { String::new() } else { format!("; {} rounds void", self.void) };
        format!(
            "revived in {} of {} rounds; {} under way at the end in {}; {} of {sent} taken{void}",
            self.hits,
            self.rounds,
            load.word(),
            self.overlapping,
            self.taken,
        )
    }
}

/// A session that should have ended in a race.
struct Round {
    subjects: Vec<Subject>,
    is_void: bool,
    under_way: usize,
    taken: usize,
    evidence: Vec<ExchangeId>,
}

/// Whether the end works when nothing is under way, which a race is measured against.
pub(super) async fn ends_alone(audit: &Audit, end: End) -> Result<bool, Halt> {
    let round = round(audit, end, None, Duration::ZERO).await?;
    if round.is_void {
        return Ok(false);
    }
    Ok(alive(audit, &round.subjects, "the end alone", &mut Vec::new()).await?.is_none())
}

/// All rounds. A token that is alive after one of them counts only where it still is five seconds later.
pub(super) async fn series(audit: &Audit, end: End, load: Load, rounds: u32) -> Result<Series, Halt> {
    let person = audit.first();
    let mut done = Series::default();
    let mut suspects: Vec<(Subject, Vec<ExchangeId>)> = Vec::new();
    let mut staggers = STAGGERS.into_iter();
    let mut stagger = staggers.next().unwrap_or_default();
    for number in 1..=rounds {
        let is_together = number % 2 == 0;
        let wait = if is_together { Duration::ZERO } else { stagger };
        let mut round = round(audit, end, Some(load), wait).await?;
        done.taken += round.taken;
        if round.under_way > 0 {
            done.overlapping += 1;
        } else if !is_together {
            stagger = staggers.next().unwrap_or(stagger);
        }
        if round.is_void {
            done.void += 1;
            continue;
        }
        done.rounds += 1;
        let purpose = format!("round {number}, after the end");
        if let Some(subject) = alive(audit, &round.subjects, &purpose, &mut round.evidence).await? {
            suspects.push((subject, round.evidence));
        }
    }
    if suspects.is_empty() {
        return Ok(done);
    }
    audit.clock().pause(LATER).await;
    for (subject, evidence) in suspects {
        let look = audit
            .look_for(&subject.credentials, "5 s later: whoami with the token that should be dead")
            .await?;
        if !look.is(person) {
            continue;
        }
        if done.hits == 0 {
            done.evidence = evidence;
            done.evidence.push(look.id());
            confirm(audit, person, &subject.credentials, &look, &mut done.evidence).await?;
        }
        done.hits += 1;
    }
    Ok(done)
}

/// The first subject that is still signed in.
async fn alive(
    audit: &Audit,
    subjects: &[Subject],
    purpose: &str,
    evidence: &mut Vec<ExchangeId>,
) -> Result<Option<Subject>, Halt> {
    for subject in subjects {
        let look =
            audit.look_for(&subject.credentials, &format!("{purpose}: whoami with {}", subject.name)).await?;
        evidence.push(look.id());
        if look.is(audit.first()) {
            return Ok(Some(subject.clone()));
        }
    }
    Ok(None)
}

async fn round(audit: &Audit, end: End, load: Option<Load>, stagger: Duration) -> Result<Round, Halt> {
    let person = audit.first();
    let mut victim = audit.sign_in(person).await?;
    let mut other = match end {
        End::Logout => None,
        End::Others | End::Password => Some(audit.sign_in(person).await?),
    };
    let new = Secret::new(format!("{}-Aa9!{}", audit.random().word(), audit.random().word()));
    let ending = other.as_mut().unwrap_or(&mut victim);
    if end == End::Password {
        ending.variables.set("new_password", new.reveal());
    }
    let prepared = ending.prepare(end.step()).await?;
    let mut settling = ending.clone();
    let runners = match load {
        Some(load) => under_way(audit, &mut victim, load).await?,
        None => Vec::new(),
    };
    let subjects = per_set(audit, "the token", &victim.credentials());
    let last = prepared
        .hold(&settling, &format!("{} during {}", end.step(), load.map_or("nothing", Load::word)))
        .await?;
    let raced = race(runners, Some(last), stagger).await?;

    let mut evidence: Vec<_> = raced.answers().map(|answer| answer.id).take(3).collect();
    let mut is_void = true;
    if let Some(answer) = raced.late.as_ref().and_then(|late| late.answer.clone()) {
        evidence.push(answer.id);
        match settling.settle(&prepared, answer).await {
            Ok(_) => is_void = false,
            Err(error) if error.source.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    if end == End::Password && !is_void {
        audit.password_changed(person, new);
    }
    if other.is_some() {
        audit.remember(&settling);
    }
    Ok(Round { subjects, is_void, under_way: raced.under_way(), taken: raced.taken(), evidence })
}

/// The requests that will be under way, but for their last bytes.
async fn under_way(audit: &Audit, victim: &mut Visitor<'_>, load: Load) -> Result<Vec<Held>, Halt> {
    let mut held = Vec::with_capacity(RUNNERS);
    match load {
        Load::Writes => {
            let prepared = victim.prepare(StepName::Write).await?;
            for _ in 0..RUNNERS {
                // Each writes something else: what does not change a session may not be saved.
                victim.variables.set("nonce", audit.random().word());
                held.push(prepared.again(victim)?.hold(victim, "a write under way").await?);
            }
        }
        Load::Reads => {
            let (origin, request) = audit.whoami(&victim.credentials())?;
            for _ in 0..RUNNERS {
                held.push(audit.client().hold(&origin, request.clone(), "a read under way").await?);
            }
        }
    }
    Ok(held)
}
