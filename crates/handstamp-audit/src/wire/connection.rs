//! One connection, plain or TLS.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

use super::{Consent, Origin, Request, Response, SendError, parse};

/// How long an answer may take, and a connection to come up.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// One connection, for checks that care which one a request goes over.
pub struct Connection {
    stream: Box<dyn Stream>,
    /// What was read beyond an answer.
    rest: Vec<u8>,
    pub(super) origin: Origin,
    pub(super) number: u32,
    pub(super) is_open: bool,
}

impl Connection {
    pub(super) async fn open(
        origin: &Origin,
        number: u32,
        tls: &TlsConnector,
        consent: Consent,
    ) -> Result<Self, SendError> {
        let unreachable = |why: String| SendError::Unreachable { place: origin.place(), why };
        let opening = async {
            let addresses = addresses(origin, consent).await?;
            // The names are resolved once and the address is the one that was looked at, so that a name that
            // changes its mind in between leads nowhere.
            let tcp =
                TcpStream::connect(&addresses[..]).await.map_err(|error| unreachable(error.to_string()))?;
            tcp.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
            if !origin.is_secure {
                return Ok::<Box<dyn Stream>, SendError>(Box::new(tcp));
            }
            let name =
                ServerName::try_from(origin.host.clone()).map_err(|error| unreachable(error.to_string()))?;
            let stream = tls.connect(name, tcp).await.map_err(|error| unreachable(error.to_string()))?;
            Ok(Box::new(stream))
        };
        let stream = timeout(PATIENCE, opening)
            .await
            .map_err(|_| SendError::TimedOut { place: origin.place(), within: PATIENCE })??;
        Ok(Self { stream, rest: Vec::new(), origin: origin.clone(), number, is_open: true })
    }

    /// Whether it can carry another request.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        let broken = |why: String| SendError::Broken { place: self.origin.place(), why };
        let writing = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout(PATIENCE, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                self.is_open = false;
                Err(broken(error.to_string()))
            }
            Err(_) => Err(SendError::TimedOut { place: self.origin.place(), within: PATIENCE }),
        }
    }

    pub(super) async fn read(&mut self, request: &Request) -> Result<Response, SendError> {
        // Until the answer is whole nothing else may be sent here.
        self.is_open = false;
        let reading = parse::read_response(&mut self.stream, &mut self.rest, &request.method);
        match timeout(PATIENCE, reading).await {
            Ok(Ok((response, keeps))) => {
                self.is_open = keeps;
                Ok(response)
            }
            Ok(Err(why)) => Err(SendError::Broken { place: self.origin.place(), why }),
            Err(_) => Err(SendError::TimedOut { place: self.origin.place(), within: PATIENCE }),
        }
    }
}

async fn addresses(origin: &Origin, consent: Consent) -> Result<Vec<SocketAddr>, SendError> {
    let found = tokio::net::lookup_host((origin.host.as_str(), origin.port)).await;
    let unreachable = |why: String| SendError::Unreachable { place: origin.place(), why };
    let addresses: Vec<_> = found.map_err(|error| unreachable(error.to_string()))?.collect();
    if addresses.is_empty() {
        return Err(unreachable("its name has no address".to_owned()));
    }
    let is_here = addresses.iter().all(|address| address.ip().to_canonical().is_loopback());
    match consent {
        Consent::LoopbackOnly if !is_here => Err(SendError::NotAuthorised { place: origin.place() }),
        _ => Ok(addresses),
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("origin", &self.origin)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// How TLS is spoken, made once.
pub(super) fn connector(config: tokio_rustls::rustls::ClientConfig) -> TlsConnector {
    TlsConnector::from(Arc::new(config))
}
