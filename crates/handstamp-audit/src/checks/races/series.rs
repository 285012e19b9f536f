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
/// How many that died within that time are waited for.
const MOST_WAITS: u32 = 3;

/// How often an end that failed without anything under way is tried again.
const MOST_BLIPS: usize = 3;

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
    /// Rounds after which the token was alive; the first was asked again five seconds later.
    pub(super) hits: u32,
    /// Rounds after which the token was alive at first and dead five seconds later.
    pub(super) late: u32,
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
        let late = if self.late == 0 { String::new() } else { format!("; dead late in {}", self.late) };
        let void = if self.void == 0 { String::new() } else { format!("; {} rounds void", self.void) };
        format!(
            "revived in {} of {} rounds; {} under way at the end in {}; {} of {sent} taken{void}{late}",
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
    /// How the end was answered; `None` where it failed.
    answer: Option<Answer>,
    under_way: usize,
    taken: usize,
    evidence: Vec<ExchangeId>,
}

/// How an end is answered, and whether it works, when nothing is under way: what a race is measured against.
pub(super) struct Alone {
    pub(super) ends: bool,
    answer: Option<Answer>,
}

/// What tells an answer from that of an end that failed: an error page may have any status.
type Answer = (u16, Option<String>);

pub(super) async fn alone(audit: &Audit, end: End) -> Result<Alone, Halt> {
    // A blip of the application is no failure of the end.
    for _ in 0..MOST_BLIPS {
        let round = round(audit, end, None, Duration::ZERO).await?;
        if round.answer.is_some() {
            let is_alive = alive(audit, &round.subjects, "the end alone", &mut Vec::new()).await?.is_some();
            return Ok(Alone { ends: !is_alive, answer: round.answer });
        }
    }
    Ok(Alone { ends: false, answer: None })
}

/// All rounds. That a token is alive after an end counts once one of them was seen to be alive five seconds later.
pub(super) async fn series(
    audit: &Audit,
    end: End,
    load: Load,
    rounds: u32,
    alone: &Alone,
) -> Result<Series, Halt> {
    let mut done = Series::default();
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
        if round.answer.is_none() || round.answer != alone.answer {
            done.void += 1;
            continue;
        }
        done.rounds += 1;
        let purpose = format!("round {number}, after the end");
        if let Some(subject) = alive(audit, &round.subjects, &purpose, &mut round.evidence).await? {
            done.suspect(audit, &subject, round.evidence).await?;
        }
    }
    Ok(done)
}

impl Series {
    /// Counts a token that should be dead, the first ones only where they still are alive five seconds later.
    async fn suspect(
        &mut self,
        audit: &Audit,
        subject: &Subject,
        evidence: Vec<ExchangeId>,
    ) -> Result<(), Halt> {
        if self.hits == 0 {
            if self.late == MOST_WAITS {
                return Ok(());
            }
            audit.clock().pause(LATER).await;
            let purpose = "5 s later: whoami with the token that should be dead";
            let look = audit.look_for(&subject.credentials, purpose).await?;
            if !look.is(audit.first()) {
                self.late += 1;
                return Ok(());
            }
            self.evidence = evidence;
            self.evidence.push(look.id());
            confirm(audit, audit.first(), &subject.credentials, &look, &mut self.evidence).await?;
        }
        self.hits += 1;
        Ok(())
    }
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
    let mut answer = None;
    if let Some(first) = raced.late.as_ref().and_then(|late| late.answer.clone()) {
        evidence.push(first.id);
        let location = first.response.header("location");
        let location = location.and_then(|to| to.split(['?', '#']).next().map(str::to_owned));
        let shape = (first.response.status, location);
        match settling.settle(&prepared, first).await {
            Ok(_) => answer = Some(shape),
            Err(error) if error.source.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    if end == End::Password && answer.is_some() {
        audit.password_changed(person, new);
    }
    if other.is_some() {
        audit.remember(&settling);
    }
    Ok(Round { subjects, answer, under_way: raced.under_way(), taken: raced.taken(), evidence })
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
