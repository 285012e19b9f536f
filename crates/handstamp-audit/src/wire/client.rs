//! Sends requests within the bounds of a run and keeps every exchange.

use std::{
    collections::BTreeSet,
    fs,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use thiserror::Error;
use tokio_rustls::TlsConnector;

use super::{
    Connection, Exchange, ExchangeId, Held, Journal, Origin, Request, Response, SendError, bounds::Bounds,
    connection, trust,
};
use crate::{
    clock::Clock,
    recipe::{Limits, Target},
};

/// Where requests may go at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Consent {
    /// To this machine only.
    #[default]
    LoopbackOnly,
    /// To every host of the recipe's scope: somebody said that they may test it.
    Authorised,
}

/// Why a client cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The authority's file cannot be read.
    #[error("the certificate authority {path} cannot be used: {why}")]
    Authority {
        /// Where it should be.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Any certificate would be believed, of a host that is not this machine.
    #[error("target.accept_any_certificate is for loopback hosts only, and {host} is none")]
    BlindTrust {
        /// The host.
        host: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// Sends requests within the bounds of a run. Cheap to clone; all clones share budget and journal.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    bounds: Bounds,
    journal: Journal,
    tls: TlsConnector,
    scope: BTreeSet<String>,
    consent: Consent,
    connections: AtomicU32,
}

impl Client {
    /// A client for this target.
    pub fn new(
        target: &Target,
        limits: Limits,
        consent: Consent,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ClientError> {
        let authority = match &target.authority {
            None => None,
            Some(path) => Some(fs::read(path).map_err(|error| ClientError::Authority {
                path: path.display().to_string(),
                why: error.to_string(),
            })?),
        };
        if target.accepts_any_certificate {
            let host = target.base.host_str().unwrap_or_default();
            if !is_loopback(host) {
                return Err(ClientError::BlindTrust { host: host.to_owned() });
            }
        }
        let config = trust::client_config(authority.as_deref(), target.accepts_any_certificate)
            .map_err(ClientError::Tls)?;
        Ok(Self {
            inner: Arc::new(Inner {
                bounds: Bounds::new(limits, clock),
                journal: Journal::new(),
                tls: connection::connector(config),
                scope: target.scope.iter().cloned().collect(),
                consent,
                connections: AtomicU32::new(0),
            }),
        })
    }

    /// Sends a request on a connection of its own. 429 is an error: the run slows down or ends.
    pub async fn send(
        &self,
        origin: &Origin,
        request: Request,
        purpose: &str,
    ) -> Result<Arc<Exchange>, SendError> {
        self.refuse_slowed(self.send_any(origin, request, purpose).await?)
    }

    /// Sends a request on a connection of its own and takes every answer, 429 too.
    pub async fn send_any(
        &self,
        origin: &Origin,
        request: Request,
        purpose: &str,
    ) -> Result<Arc<Exchange>, SendError> {
        self.inner.bounds.admit().await?;
        let mut connection = self.open(origin).await?;
        self.exchange(&mut connection, request, purpose, false).await
    }

    /// Opens a connection, for requests that are to go over the same one.
    pub async fn connect(&self, origin: &Origin) -> Result<Connection, SendError> {
        self.open(origin).await
    }

    /// Sends a request over this connection; opens it again where the application closed it.
    pub async fn send_on(
        &self,
        connection: &mut Connection,
        request: Request,
        purpose: &str,
    ) -> Result<Arc<Exchange>, SendError> {
        self.inner.bounds.admit().await?;
        if !connection.is_open() {
            *connection = self.open(&connection.origin.clone()).await?;
        }
        self.refuse_slowed(self.exchange(connection, request, purpose, true).await?)
    }

    /// Sends all but the last byte of a request; [`Held::release`] sends that one.
    pub async fn hold(&self, origin: &Origin, request: Request, purpose: &str) -> Result<Held, SendError> {
        self.inner.bounds.admit().await?;
        let mut connection = self.open(origin).await?;
        let mut bytes = request.to_bytes(origin, false);
        let last = bytes.pop().unwrap_or(b'\n');
        connection.write(&bytes).await?;
        Ok(Held { client: self.clone(), connection, request, purpose: purpose.to_owned(), last })
    }

    /// Every exchange so far.
    pub fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    /// Requests sent so far, and how many there may be.
    pub fn requests(&self) -> (u64, u64) {
        (self.inner.bounds.used(), self.inner.bounds.limits().requests)
    }

    /// How long requests will be sent still, by the recipe's limits.
    pub fn time_left(&self) -> Duration {
        self.inner.bounds.time_left()
    }

    /// The clock that all of it runs by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.inner.bounds.clock()
    }

    /// Lets no further request out; those on their way end.
    pub fn interrupt(&self) {
        self.inner.bounds.interrupt();
    }

    /// How long the application asked to be left alone when it last said 429.
    pub fn asked_to_wait(&self) -> Duration {
        self.inner.bounds.asked_to_wait()
    }

    /// Lets the requests that end a run's sessions out, whatever is left of the budget.
    pub fn begin_clean_up(&self) {
        self.inner.bounds.begin_clean_up();
    }

    fn refuse_slowed(&self, exchange: Arc<Exchange>) -> Result<Arc<Exchange>, SendError> {
        if exchange.response.status != 429 {
            return Ok(exchange);
        }
        let seconds = exchange.response.header("retry-after").and_then(|value| value.trim().parse().ok());
        let retry_after = seconds.map(Duration::from_secs);
        self.inner.bounds.slowed(retry_after);
        Err(SendError::Slowed { retry_after })
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.clock().elapsed()
    }

    async fn open(&self, origin: &Origin) -> Result<Connection, SendError> {
        let place = origin.place();
        if !self.inner.scope.contains(&place) {
            return Err(SendError::OutOfScope { place });
        }
        let number = self.inner.connections.fetch_add(1, Ordering::Relaxed) + 1;
        Connection::open(origin, number, &self.inner.tls, self.inner.consent).await
    }

    async fn exchange(
        &self,
        connection: &mut Connection,
        request: Request,
        purpose: &str,
        keeps_connection: bool,
    ) -> Result<Arc<Exchange>, SendError> {
        let sent = self.elapsed();
        connection.write(&request.to_bytes(&connection.origin, keeps_connection)).await?;
        let response = connection.read(&request).await?;
        Ok(self.record(connection, request, response, purpose.to_owned(), sent))
    }

    pub(super) fn record(
        &self,
        connection: &Connection,
        request: Request,
        response: Response,
        purpose: String,
        sent: Duration,
    ) -> Arc<Exchange> {
        self.inner.journal.keep(Exchange {
            id: ExchangeId(0),
            purpose,
            origin: connection.origin.clone(),
            connection: connection.number,
            request,
            response,
            sent,
            received: self.elapsed(),
        })
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("scope", &self.inner.scope)
            .field("journal", &self.inner.journal)
            .finish()
    }
}

/// Whether a host of a URL is this machine by its name alone.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
