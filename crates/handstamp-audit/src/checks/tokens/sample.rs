//! Taking tokens, within the bounds of the run, with what is known of the moment in which each was made.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    audit::{Audit, Halt, Person, Visitor},
    check::{Profile, Reason, Verdict},
    checks::fixation::open_anonymously,
    cookie::http_date,
    credentials::{Carrier, Credentials},
    recipe::StepName,
    tokens::{Sample, Token},
    wire::{Exchange, ExchangeId},
};

/// Between two tokens, so that times inside of them differ.
const APART: Duration = Duration::from_millis(1);
/// Clocks of one machine are this close.
const SLACK: Duration = Duration::from_millis(1);
/// Logins that every profile takes.
const LOGINS: usize = 20;
/// Visits before login, to see whether they get tokens of the same kind.
const VISITS: usize = 20;
/// Fewer distinct tokens say nothing of a generator.
const FEWEST_DISTINCT: usize = 10;

/// A token, and when and for whom it was made.
#[derive(Clone)]
pub(super) struct Taken {
    pub(super) text: String,
    /// Whose it is; nobody's before login.
    pub(super) person: Option<Person>,
    /// The exchange that gave it.
    pub(super) exchange: Option<Arc<Exchange>>,
}

/// Where tokens come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Logins with an empty jar, of both accounts by turns.
    Logins,
    /// Visits before login with an empty jar.
    Visits,
}

/// Tokens of one carrier, in the order in which they came.
#[derive(Clone)]
pub(super) struct Collected {
    pub(super) carrier: Carrier,
    pub(super) source: Source,
    pub(super) taken: Vec<Taken>,
    /// Why there are no more, where fewer were taken than wanted.
    pub(super) cut: Option<String>,
}

/// The logins of the run, taken once.
struct Logins(Collected);

/// The visits that every comparison starts from.
struct Visits(Option<Collected>);

/// The sample that everything but SA-TOK-01 is about.
struct Large(Collected);

/// How many tokens the profile wants of a source, and how long that may take.
fn wanted(profile: Profile, source: Source) -> (usize, Duration) {
    match (profile, source) {
        (Profile::Quick, _) => (LOGINS, Duration::from_secs(4)),
        (Profile::Standard, Source::Logins) => (200, Duration::from_secs(30)),
        (Profile::Standard, Source::Visits) => (500, Duration::from_secs(20)),
        (Profile::Deep, Source::Logins) => (2_000, Duration::from_secs(600)),
        (Profile::Deep, Source::Visits) => (20_000, Duration::from_secs(600)),
    }
}

/// Twenty logins.
pub(super) async fn logins(audit: &Audit) -> Result<Collected, Halt> {
    if let Some(logins) = audit.shared::<Logins>() {
        return Ok(logins.0.clone());
    }
    let mut collected =
        Collected { carrier: carrier(audit)?, source: Source::Logins, taken: Vec::new(), cut: None };
    let (_, time) = wanted(Profile::Quick, Source::Logins);
    let time = if audit.options().profile == Profile::Quick { time } else { time * 5 };
    collected.take(audit, LOGINS, time).await?;
    audit.share(Logins(collected.clone()));
    Ok(collected)
}

/// Twenty visits before login; nothing where they get no such token.
pub(super) async fn visits(audit: &Audit) -> Result<Option<Collected>, Halt> {
    if let Some(visits) = audit.shared::<Visits>() {
        return Ok(visits.0.clone());
    }
    let mut collected =
        Collected { carrier: carrier(audit)?, source: Source::Visits, taken: Vec::new(), cut: None };
    let (_, time) = wanted(audit.options().profile, Source::Visits);
    let found = match collected.take(audit, VISITS, time).await {
        Ok(()) => Some(collected),
        Err(Halt::Concluded(outcome))
            if outcome.verdict == (Verdict::NotApplicable { reason: Reason::NoAnonymousSession }) =>
        {
            None
        }
        Err(halt) => return Err(halt),
    };
    audit.share(Visits(found.clone()));
    Ok(found)
}

/// As many tokens as the profile wants: of visits where `same` says that they are of the kind of logins, and of
/// logins otherwise.
pub(super) async fn large(
    audit: &Audit,
    same: impl Fn(&Collected, &Collected) -> bool,
) -> Result<Collected, Halt> {
    if let Some(large) = audit.shared::<Large>() {
        return Ok(large.0.clone());
    }
    let mut collected = logins(audit).await?;
    if audit.options().profile > Profile::Quick {
        if let Some(visits) = visits(audit).await?
            && same(&collected, &visits)
        {
            collected = visits;
        }
        let (most, time) = wanted(audit.options().profile, collected.source);
        collected.take(audit, most, time).await?;
    }
    audit.share(Large(collected.clone()));
    Ok(collected)
}

/// The carrier of the smallest set that signs in; of several, the first.
fn carrier(audit: &Audit) -> Result<Carrier, Halt> {
    let set = audit.oracle().and_then(|oracle| oracle.sets.first());
    set.and_then(|set| set.first())
        .cloned()
        .ok_or_else(|| Halt::inconclusive(Reason::NoOracle, "what signs in is not known (SA-ORC-02)"))
}

/// The token of a carrier's value: what stands behind a scheme, as in `Bearer x`.
pub(super) fn bare(value: &str) -> &str {
    value.rsplit(' ').next().unwrap_or(value)
}

impl Collected {
    /// As many tokens again, from the same source.
    pub(super) async fn again(&self, audit: &Audit) -> Result<Self, Halt> {
        let mut fresh =
            Self { carrier: self.carrier.clone(), source: self.source, taken: Vec::new(), cut: None };
        let (_, time) = wanted(audit.options().profile, self.source);
        fresh.take(audit, self.taken.len(), time).await?;
        Ok(fresh)
    }

    /// Takes tokens until there are so many, or the time or a quarter of what is left of the budget is used up. What
    /// stops it after the first ones is no failure: the sample is smaller, and says so.
    async fn take(&mut self, audit: &Audit, most: usize, time: Duration) -> Result<(), Halt> {
        let begun = audit.clock().elapsed();
        let (used, limit) = audit.client().requests();
        let last = used + limit.saturating_sub(used) / 4;
        let people = [Some(audit.first()), audit.second()];
        let mut people = people.into_iter().flatten().cycle();
        self.cut = None;
        while self.taken.len() < most {
            if self.taken.len() >= Sample::FEWEST {
                if audit.clock().elapsed().saturating_sub(begun) > time {
                    self.cut = Some(format!("{} s were used up", time.as_secs()));
                    break;
                }
                if audit.client().requests().0 >= last {
                    self.cut = Some("a quarter of the requests that were left was used up".to_owned());
                    break;
                }
            }
            let taken = match self.source {
                Source::Logins => self.by_login(audit, people.next().unwrap_or_else(|| audit.first())).await,
                Source::Visits => self.by_visit(audit).await,
            };
            match taken {
                Ok(taken) => self.taken.push(taken),
                Err(halt) if self.taken.len() < Sample::FEWEST => return Err(halt),
                Err(halt) => {
                    self.cut = Some(halt.into_outcome().headline);
                    break;
                }
            }
            audit.clock().pause(APART).await;
        }
        Ok(())
    }

    /// Signs in with an empty jar, and out again: so many live sessions may be more than the application allows.
    async fn by_login(&self, audit: &Audit, person: Person) -> Result<Taken, Halt> {
        let before = audit.client().journal().len();
        let mut visitor = audit.visitor(person);
        visitor.play(StepName::Login).await?;
        if audit.has_step(StepName::SecondFactor) {
            visitor.play(StepName::SecondFactor).await?;
        }
        let taken = self.taken_from(audit, &visitor.credentials(), Some(person), before);
        self.leave(audit, visitor).await;
        taken.ok_or_else(|| Halt::inconclusive(Reason::Unstable, format!("a login gave no {}", self.carrier)))
    }

    async fn leave(&self, audit: &Audit, mut visitor: Visitor<'_>) {
        let began = visitor.clone();
        let is_out = audit.has_step(StepName::Logout) && visitor.play(StepName::Logout).await.is_ok();
        let is_believed = audit.verdict_of("SA-END-01").is_none_or(|verdict| verdict == Verdict::Pass);
        if !(is_out && is_believed) {
            audit.remember(&began);
        }
    }

    async fn by_visit(&self, audit: &Audit) -> Result<Taken, Halt> {
        let before = audit.client().journal().len();
        let mut stranger = audit.stranger();
        let credentials = open_anonymously(audit, &mut stranger).await?;
        self.taken_from(audit, &credentials, None, before).ok_or_else(|| {
            let why = format!("a visit before login gets no {}", self.carrier);
            Halt::not_applicable(Reason::NoAnonymousSession, why)
        })
    }

    fn taken_from(
        &self,
        audit: &Audit,
        credentials: &Credentials,
        person: Option<Person>,
        before: usize,
    ) -> Option<Taken> {
        let text = bare(credentials.get(&self.carrier)?).to_owned();
        let journal = audit.client().journal();
        let numbers = (before + 1..=journal.len()).filter_map(|number| u32::try_from(number).ok());
        let exchange = numbers
            .filter_map(|number| journal.get(ExchangeId(number)))
            .find(|exchange| gave(exchange, &text));
        Some(Taken { text, person, exchange })
    }

    /// The tokens for an analysis: each once, all of one length where that depends on whose they are. Few distinct
    /// ones are another check's matter.
    pub(super) fn sample(&self, audit: &Audit) -> Result<Sample, Halt> {
        let mut seen = BTreeSet::new();
        let mut distinct: Vec<&Taken> = self.taken.iter().filter(|taken| seen.insert(&taken.text)).collect();
        if distinct.len() < FEWEST_DISTINCT.min(self.taken.len()) || distinct.len() < Sample::FEWEST {
            let why = format!(
                "{} tokens of which {} are distinct: too few to say more than SA-TOK-01",
                self.taken.len(),
                distinct.len()
            );
            return Err(Halt::inconclusive(Reason::NeedsAnotherCheck, why));
        }
        let of_first: Vec<&Taken> =
            distinct.iter().copied().filter(|taken| taken.person == Some(audit.first())).collect();
        if !is_of_one_length(&distinct) && of_first.len() >= Sample::FEWEST && is_of_one_length(&of_first) {
            distinct = of_first;
        }
        Sample::new(distinct.into_iter().map(|taken| taken.token(audit)))
            .map_err(|error| Halt::inconclusive(Reason::NotObserved, error.to_string()))
    }

    /// What was taken, in words: `200 logins`.
    pub(super) fn told(&self) -> String {
        let what = match self.source {
            Source::Logins => "logins",
            Source::Visits => "visits before login",
        };
        let cut = self.cut.as_ref().map(|why| format!("; no more, since {why}")).unwrap_or_default();
        format!("{} {what}{cut}", self.taken.len())
    }

    /// The first two exchanges that gave one: all of them would be a list that nobody reads.
    pub(super) fn evidence(&self) -> impl Iterator<Item = ExchangeId> + '_ {
        self.taken.iter().filter_map(|taken| Some(taken.exchange.as_ref()?.id)).take(2)
    }
}

fn is_of_one_length(taken: &[&Taken]) -> bool {
    taken.windows(2).all(|pair| pair.iter().map(|taken| taken.text.len()).collect::<BTreeSet<_>>().len() == 1)
}

/// Whether an answer gave this token.
fn gave(exchange: &Exchange, text: &str) -> bool {
    exchange.response.headers.iter().any(|(_, value)| String::from_utf8_lossy(value).contains(text))
        || exchange.response.text().contains(text)
}

impl Taken {
    fn token(&self, audit: &Audit) -> Token {
        let mut token = Token::new(self.text.clone());
        if let Some(person) = self.person {
            token = token.account(audit.account(person).user.clone());
        }
        let Some(exchange) = &self.exchange else { return token };
        let clock = audit.clock();
        let (now, elapsed) = (clock.now(), clock.elapsed());
        let at = |then: Duration| now.checked_sub(elapsed.saturating_sub(then)).unwrap_or(now);
        let (mut sent, mut received) = (at(exchange.sent), at(exchange.received));
        if let Some(date) = exchange.response.header("date").and_then(|date| http_date(&date)) {
            token = token.server_date(date);
            (sent, received) =
                (shifted(sent, received, date, audit), shifted(received, received, date, audit));
        }
        token.between(sent.checked_sub(SLACK).unwrap_or(sent), received + SLACK)
    }
}

/// A moment by the application's clock, which a hook may have moved; `received` is when it said that it was `date`.
fn shifted(moment: SystemTime, received: SystemTime, date: SystemTime, audit: &Audit) -> SystemTime {
    const CLOSE: Duration = Duration::from_secs(2);
    let is_close = |one: SystemTime, other: SystemTime| {
        one.duration_since(other).or_else(|_| other.duration_since(one)).unwrap_or(Duration::MAX) <= CLOSE
    };
    let moved = audit.clock_moved();
    if is_close(received, date) {
        moment
    } else if is_close(received + moved, date) {
        moment + moved
    } else {
        // A second is as close as a `Date` tells it.
        date.checked_sub(received.duration_since(moment).unwrap_or_default()).unwrap_or(date)
    }
}
