//! The kill pattern: credentials that should be dead are asked now and again over a minute.
//!
//! "Dead" counts only where a fresh login works right after, "alive" only where a damaged token is refused in the
//! same second and no cache can have answered. All subjects of one check share one curve, so that a minute is
//! waited once.

use std::time::Duration;

use crate::{
    audit::{Audit, Halt, Look, Person, Seen, Visitor},
    check::{Lifeline, Outcome, Plot, Reason, Severity},
    cookie::SetCookie,
    credentials::{Carrier, Credentials},
    oracle::{damaged, named, random_like},
    recipe::{Expectation, StepName},
    wire::ExchangeId,
};

/// When a credential that is still alive is asked again, after the event that should have ended it.
pub(crate) const CURVE: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(15), Duration::from_secs(60)];

/// How often a dead answer is asked for before it is believed, and how far apart.
const REPEATS: usize = 3;
const APART: Duration = Duration::from_millis(100);

/// Credentials that should be dead, with words for them: `the second session`.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) credentials: Credentials,
}

/// What became of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Refused at once, each time.
    Dead,
    /// Alive at the first time and dead at the second.
    Died { alive: Duration, dead: Duration },
    /// Alive to the end of the curve.
    Alive { after: Duration },
}

/// What became of every subject, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Fates {
    pub(crate) subjects: Vec<(Subject, Fate)>,
    pub(crate) evidence: Vec<ExchangeId>,
}

/// One subject for each minimal set of the oracle: a logout that ends one of two ends nothing.
pub(crate) fn per_set(audit: &Audit, name: &str, credentials: &Credentials) -> Vec<Subject> {
    let Some(oracle) = audit.oracle() else {
        return vec![Subject { name: name.to_owned(), credentials: credentials.clone() }];
    };
    let is_one = oracle.sets.len() == 1;
    oracle
        .sets
        .iter()
        .map(|set| Subject {
            name: if is_one { name.to_owned() } else { format!("{name} ({})", named(set)) },
            credentials: credentials.only(set),
        })
        .filter(|subject| !subject.credentials.is_empty())
        .collect()
}

/// Proves that every subject is alive: what is dead before the event shows nothing about it.
pub(crate) async fn all_alive(
    audit: &Audit,
    person: Person,
    subjects: &mut [Subject],
) -> Result<Vec<ExchangeId>, Halt> {
    let mut evidence = Vec::new();
    for subject in subjects {
        let look =
            audit.look_for(&subject.credentials, &format!("before: whoami with {}", subject.name)).await?;
        evidence.push(look.id());
        if !look.is(person) {
            let why = format!("{} was not signed in before the event", subject.name);
            return Err(Outcome::inconclusive(Reason::Unstable, why).shown_by(evidence).into());
        }
        subject.credentials = followed(&subject.credentials, &look);
    }
    Ok(evidence)
}

/// Follows every subject along the curve, with the controls. Ask right after the event.
pub(crate) async fn fates(audit: &Audit, person: Person, subjects: Vec<Subject>) -> Result<Fates, Halt> {
    fates_controlled_by(audit, person, person, subjects).await
}

/// As [`fates`], where the fresh login beside "dead" has to be somebody else's: the account itself is disabled.
pub(crate) async fn fates_controlled_by(
    audit: &Audit,
    person: Person,
    control: Person,
    mut subjects: Vec<Subject>,
) -> Result<Fates, Halt> {
    let begun = audit.clock().elapsed();
    let mut evidence = Vec::new();
    let mut fates: Vec<Option<Fate>> = vec![None; subjects.len()];
    let mut last_alive = vec![Duration::ZERO; subjects.len()];
    let mut after = Duration::ZERO;
    let mut is_cut = false;
    'curve: for at in std::iter::once(Duration::ZERO).chain(CURVE) {
        if fates.iter().all(Option::is_some) {
            break;
        }
        let passed = audit.clock().elapsed().saturating_sub(begun);
        if let Some(wait) = at.checked_sub(passed) {
            // What was seen so far is no less true where the rest cannot be waited for.
            is_cut = !at.is_zero() && audit.client().time_left() <= wait;
            if is_cut {
                break;
            }
            audit.clock().pause(wait).await;
        }
        for (index, subject) in subjects.iter_mut().enumerate() {
            if fates[index].is_some() {
                continue;
            }
            let is_alive = match is_alive(audit, person, subject, at, &mut evidence).await {
                Err(Halt::Send(error)) if error.ends_the_run() && !at.is_zero() => {
                    is_cut = true;
                    break 'curve;
                }
                seen => seen?,
            };
            if is_alive {
                last_alive[index] = at;
            } else if at.is_zero() {
                fates[index] = Some(Fate::Dead);
            } else {
                fates[index] = Some(Fate::Died { alive: last_alive[index], dead: at });
            }
        }
        after = at;
    }
    // Beside "alive" the control is a token that is not genuine; beside "dead" it is a fresh login.
    if !is_cut || fates.iter().any(Option::is_some) {
        evidence.push(audit.still_works(control).await?);
    }
    let subjects = subjects
        .into_iter()
        .zip(fates)
        .map(|(subject, fate)| (subject, fate.unwrap_or(Fate::Alive { after })))
        .collect();
    Ok(Fates { subjects, evidence })
}

/// The browser that these credentials sign in, also where the application first trades them for a session, and the
/// exchange that shows it; `None` where they sign nobody in.
pub(crate) async fn brings_back<'a>(
    audit: &'a Audit,
    person: Person,
    credentials: &Credentials,
) -> Result<Option<(Visitor<'a>, ExchangeId)>, Halt> {
    let mut browser = audit.visitor(person);
    browser.adopt(credentials);
    let whoami = audit.recipe().steps.get(&StepName::Whoami);
    let Some(request) = whoami.and_then(|step| step.requests.last()) else { return Ok(None) };
    // A browser follows where it is sent: some applications trade the token on their login page.
    let mut following = request.clone();
    following.follows_redirects = true;
    following.expect = Expectation::default();
    following.expect.status = (200..600).collect();
    browser.play_request(StepName::Whoami, &following, &|_| {}, &mut Vec::new()).await?;
    let look = audit.look_for(&browser.credentials(), "whoami with what is left").await?;
    if !look.is(person) {
        return Ok(None);
    }
    audit.remember(&browser);
    let id = look.id();
    Ok(Some((browser, id)))
}

async fn is_alive(
    audit: &Audit,
    person: Person,
    subject: &mut Subject,
    at: Duration,
    evidence: &mut Vec<ExchangeId>,
) -> Result<bool, Halt> {
    let purpose = format!("{} s after: whoami with {}", at.as_secs(), subject.name);
    for turn in 0..REPEATS {
        if turn > 0 {
            audit.clock().pause(APART).await;
        }
        let look = audit.look_for(&subject.credentials, &purpose).await?;
        if turn == 0 || !look.is_nobody() {
            evidence.push(look.id());
        }
        match &look.seen {
            Seen::Nobody => {}
            Seen::Person(seen) if *seen == person => {
                confirm(audit, person, &subject.credentials, &look, evidence).await?;
                subject.credentials = followed(&subject.credentials, &look);
                return Ok(true);
            }
            Seen::Person(other) => {
                let why = format!("{} shows {} now", subject.name, audit.account(*other).name);
                return Err(Outcome::fail(Severity::High, why).shown_by(evidence.iter().copied()).into());
            }
            Seen::Unclear(what) => return Err(Halt::inconclusive(Reason::TargetFailing, what.clone())),
        }
    }
    Ok(false)
}

/// The credentials with what an answer gave in their place: where each answer changes the token, the one before dies by
/// itself, and what has to die is the session.
fn followed(credentials: &Credentials, look: &Look) -> Credentials {
    let cookies =
        look.exchange.response.header_all("set-cookie").filter_map(|header| SetCookie::parse(&header));
    cookies.filter(|cookie| !cookie.value.is_empty()).fold(credentials.clone(), |all, cookie| {
        let carrier = Carrier::Cookie(cookie.name.clone());
        if all.get(&carrier).is_some() { all.with(carrier, cookie.value) } else { all }
    })
}

/// The controls beside "alive": not from a cache, and a token that is not genuine is refused in the same second.
pub(crate) async fn confirm(
    audit: &Audit,
    person: Person,
    credentials: &Credentials,
    look: &Look,
    evidence: &mut Vec<ExchangeId>,
) -> Result<(), Halt> {
    let wrong = credentials.parts().fold(Credentials::none(), |all, (carrier, value)| {
        let accepts_damaged = audit.oracle().is_some_and(|oracle| oracle.accepts_damaged);
        let change = if accepts_damaged { random_like } else { damaged };
        all.with(carrier.clone(), change(value, audit.random()))
    });
    let control = audit.look_for(&wrong, "control: whoami with a damaged token").await?;
    evidence.push(control.id());
    if control.is(person) {
        let why = "a damaged token was shown as signed in at the same time: the answer does not depend on the token";
        return Err(Outcome::inconclusive(Reason::ControlFailed, why)
            .shown_by(evidence.iter().copied())
            .into());
    }
    if look.exchange.response.may_be_cached() {
        let why = "the answer has the marks of a cache";
        return Err(Outcome::inconclusive(Reason::CachingSuspected, why)
            .shown_by(evidence.iter().copied())
            .into());
    }
    Ok(())
}

impl Fates {
    /// What they come to: alive at the end is a failure, a late death is a warning unless the declared grace
    /// covers it. `event` is what should have ended them: `logout`.
    pub(crate) fn conclude(self, event: &str, grace: Duration, severity: Severity) -> Outcome {
        let alive: Vec<_> = self.those(|fate| matches!(fate, Fate::Alive { .. }));
        let late: Vec<_> =
            self.those(|fate| matches!(fate, Fate::Died { alive, .. } if alive > grace || grace.is_zero()));
        let mut outcome = if !alive.is_empty() {
            let after =
                self.subjects.iter().filter_map(|(_, fate)| fate.alive_after()).min().unwrap_or_default();
            let after = after.as_secs();
            Outcome::fail(severity, format!("{} still signed in {after} s after {event}", alive.join(", ")))
        } else if !late.is_empty() {
            Outcome::warn(severity.milder(), format!("{} died late after {event}", late.join(", ")))
        } else {
            let names: Vec<_> = self.those(|_| true);
            Outcome::pass(format!("{} dead after {event}", names.join(", ")))
        };
        for (subject, fate) in &self.subjects {
            outcome = outcome.fact(&subject.name, fate.says());
        }
        let lines =
            self.subjects.iter().map(|(subject, fate)| Lifeline::new(&subject.name, fate.looks())).collect();
        outcome.drawn(Plot::Lifelines { title: format!("after {event}"), lines }).shown_by(self.evidence)
    }

    fn those(&self, wanted: impl Fn(Fate) -> bool) -> Vec<String> {
        self.subjects
            .iter()
            .filter(|(_, fate)| wanted(*fate))
            .map(|(subject, _)| subject.name.clone())
            .collect()
    }
}

impl Fate {
    fn alive_after(self) -> Option<Duration> {
        match self {
            Self::Alive { after } => Some(after),
            _ => None,
        }
    }

    /// The looks that it comes from: seconds after the event, and whether the credential was alive.
    fn looks(self) -> Vec<(f64, bool)> {
        let last = match self {
            Self::Dead => Duration::ZERO,
            Self::Died { dead, .. } => dead,
            Self::Alive { after } => after,
        };
        let all = std::iter::once(Duration::ZERO).chain(CURVE).take_while(|at| *at <= last);
        all.map(|at| (at.as_secs_f64(), at < last || matches!(self, Self::Alive { .. }))).collect()
    }

    /// In words, for a fact.
    pub(crate) fn says(self) -> String {
        match self {
            Self::Dead => "dead at once".to_owned(),
            Self::Died { alive, dead } => {
                format!("alive after {} s, dead after {} s", alive.as_secs(), dead.as_secs())
            }
            Self::Alive { after } => format!("alive after {} s", after.as_secs()),
        }
    }
}
