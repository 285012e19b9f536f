//! Asking who is signed in, with given credentials and on a connection of its own.

use std::{sync::Arc, time::Duration};

use super::{Audit, Halt, Person, Visitor, extract::shows, visitor::brief};
use crate::{
    check::Reason,
    credentials::Credentials,
    recipe::StepName,
    wire::{Exchange, ExchangeId, Origin, Request, SendError},
};

/// How long is waited after an answer of 503 before the request is sent again.
const PATIENCE: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3)];

/// Who an answer shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// This person, and nobody else.
    Person(Person),
    /// Nobody: the application answered and showed no marker.
    Nobody,
    /// It cannot be told: the application answered with an error of its own, or showed several people.
    Unclear(String),
}

/// An answer of `whoami`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Look {
    /// Who it shows.
    pub seen: Seen,
    /// The exchange.
    pub exchange: Arc<Exchange>,
}

impl Look {
    /// Whether it shows this person.
    pub fn is(&self, person: Person) -> bool {
        self.seen == Seen::Person(person)
    }

    /// Whether it shows nobody.
    pub fn is_nobody(&self) -> bool {
        self.seen == Seen::Nobody
    }

    /// The number of its exchange.
    pub fn id(&self) -> ExchangeId {
        self.exchange.id
    }
}

impl Audit {
    /// A browser for a person, with an empty jar.
    pub fn visitor(&self, person: Person) -> Visitor<'_> {
        Visitor::new(self, Some(person))
    }

    /// A browser for nobody in particular, with an empty jar.
    pub fn stranger(&self) -> Visitor<'_> {
        Visitor::new(self, None)
    }

    /// Signs a person in with an empty jar. The session is ended at the end of the run.
    pub async fn sign_in(&self, person: Person) -> Result<Visitor<'_>, Halt> {
        let mut visitor = self.visitor(person);
        self.sign_in_with(&mut visitor).await?;
        Ok(visitor)
    }

    /// Signs a visitor in, with what is in the jar already. The session is ended at the end of the run.
    pub async fn sign_in_with(&self, visitor: &mut Visitor<'_>) -> Result<Vec<ExchangeId>, Halt> {
        let mut ids = visitor.play(StepName::Login).await?.ids();
        if self.has_step(StepName::SecondFactor) {
            ids.extend(visitor.play(StepName::SecondFactor).await?.ids());
        }
        self.remember(visitor);
        Ok(ids)
    }

    /// Signs a person in for the sake of its effect on others.
    pub(crate) async fn visitor_signs_in(&self, person: Person) -> Result<Vec<ExchangeId>, Halt> {
        let mut visitor = self.visitor(person);
        self.sign_in_with(&mut visitor).await
    }

    /// Remembers a session that was begun in another way, so that it is ended at the end of the run.
    pub fn remember(&self, visitor: &Visitor<'_>) {
        self.sessions.began(visitor);
    }

    /// Asks who is signed in with exactly these credentials, on a connection of its own, past any cache that
    /// obeys. Redirects are not followed: where the application sends nobody, it shows nobody.
    pub async fn look(&self, credentials: &Credentials) -> Result<Look, Halt> {
        self.look_for(credentials, "whoami").await
    }

    /// As [`look`](Self::look), with words for the report: `whoami with the token from before logout`.
    pub async fn look_for(&self, credentials: &Credentials, purpose: &str) -> Result<Look, Halt> {
        let (origin, request) = self.whoami(credentials)?;
        let exchange = self.send_patiently(&origin, &request, purpose).await?;
        Ok(Look { seen: self.seen(&exchange), exchange })
    }

    /// Sends a request, and again where the answer is 503: such an application did nothing with it.
    pub(crate) async fn send_patiently(
        &self,
        origin: &Origin,
        request: &Request,
        purpose: &str,
    ) -> Result<Arc<Exchange>, SendError> {
        for pause in PATIENCE {
            let exchange = self.client().send(origin, request.clone(), purpose).await?;
            if exchange.response.status != 503 {
                return Ok(exchange);
            }
            self.clock().pause(pause).await;
        }
        self.client().send(origin, request.clone(), purpose).await
    }

    /// The request of `whoami` with exactly these credentials, for checks that send it in ways of their own.
    pub fn whoami(&self, credentials: &Credentials) -> Result<(Origin, Request), Halt> {
        let step = self.recipe().steps.get(&StepName::Whoami);
        let Some(request) = step.and_then(|step| step.requests.last()) else {
            return Err(Halt::inconclusive(Reason::NoOracle, "the recipe has no step whoami"));
        };
        let mut bare = request.clone();
        // Its own credentials are the ones that were given to it here.
        bare.headers.retain(|(_, value)| value.names().next().is_none());
        let composed = self.visitor(self.first()).compose(&bare);
        let (origin, wire) =
            composed.map_err(|why| Halt::inconclusive(Reason::StepFailed, format!("whoami: {why}")))?;
        Ok((origin, credentials.apply(wire.only_header("cache-control", "no-cache"))))
    }

    /// Who an answer of `whoami` shows.
    pub fn seen(&self, exchange: &Exchange) -> Seen {
        let page = exchange.response.text();
        let shown: Vec<_> = (0..self.recipe().accounts.len())
            .map(Person)
            .filter(|person| shows(&page, &self.account(*person).marker))
            .collect();
        let fits = self.fits_whoami(exchange);
        match shown[..] {
            _ if exchange.response.status >= 500 => Seen::Unclear(brief(exchange)),
            [person] if fits => Seen::Person(person),
            // A page that is not the one that whoami expects may show a name without anybody being signed in.
            [] | [_] => Seen::Nobody,
            _ => Seen::Unclear(format!("it shows {} people at once", shown.len())),
        }
    }

    /// Whether the status is one that the recipe expects of `whoami`.
    fn fits_whoami(&self, exchange: &Exchange) -> bool {
        let step = self.recipe().steps.get(&StepName::Whoami);
        let Some(request) = step.and_then(|step| step.requests.last()) else { return false };
        let status = exchange.response.status;
        if request.expect.status.is_empty() { status < 400 } else { request.expect.status.contains(&status) }
    }

    /// Whether the application still lets somebody sign in who should: the control beside every statement that
    /// something is dead.
    pub async fn still_works(&self, person: Person) -> Result<ExchangeId, Halt> {
        let visitor = self.sign_in(person).await?;
        let look = self.look_for(&visitor.credentials(), "control: whoami after a fresh login").await?;
        if look.is(person) {
            return Ok(look.id());
        }
        let name = &self.account(person).name;
        Err(Halt::inconclusive(
            Reason::ControlFailed,
            format!(
                "the control failed: a fresh login of {name} was not shown by whoami ({})",
                brief(&look.exchange)
            ),
        ))
    }
}
