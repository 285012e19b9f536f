//! Listening, on this machine only.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use handstamp::{SystemClock, store::MemoryStore};
use tokio::net::TcpListener;

use crate::{
    clock::MovableClock,
    shop::{OpenShopError, Shop},
    state::{State, StateError},
    stop::StopSignal,
    tls::TlsListener,
};

/// How long requests that are under way may take when the demo is asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// How the demo is run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DemoOptions {
    port: u16,
    tls: bool,
    test_clock: bool,
    state: State,
}

impl DemoOptions {
    /// Port 8080, plain http, real time, state kept where this user's state belongs.
    pub const fn new() -> Self {
        Self { port: 8080, tls: false, test_clock: false, state: State::OfThisUser }
    }

    /// Where to listen; 0 takes a free port.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Https, with a certificate made at start.
    #[must_use]
    pub const fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Anybody on this machine may move the demo's time.
    #[must_use]
    pub const fn test_clock(mut self, test_clock: bool) -> Self {
        self.test_clock = test_clock;
        self
    }

    /// Where sessions and accounts are kept.
    #[must_use]
    pub fn state(mut self, state: State) -> Self {
        self.state = state;
        self
    }
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Why the demo did not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The port is taken or not allowed.
    #[error(
        "cannot listen on port {port}: {source}; take another one by --port, or --port 0 for any that is free"
    )]
    #[non_exhaustive]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The certificate could not be made.
    #[error("cannot make a certificate for --tls: {0}")]
    Tls(#[source] io::Error),
    /// There is no folder to keep state in.
    #[error(transparent)]
    State(#[from] StateError),
    /// What is kept could not be opened.
    #[error(transparent)]
    Open(#[from] OpenShopError),
    /// The system does not say when to stop.
    #[error("cannot listen for the signals that stop the demo: {0}")]
    Signals(#[source] io::Error),
    /// The server stopped.
    #[error("the server stopped: {0}")]
    Serve(#[source] io::Error),
}

/// Runs the demo until it is interrupted or terminated. Prints its address on standard output once it
/// listens, and where it keeps its state on standard error.
pub async fn run(options: DemoOptions) -> Result<(), DemoError> {
    let DemoOptions { port, tls, test_clock, state } = options;
    let cannot_listen = |source| DemoError::Listen { port, source };
    // Loopback only: the demo has no business on a network.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(cannot_listen)?;
    let port = listener.local_addr().map_err(cannot_listen)?.port();
    let scheme = if tls { "https" } else { "http" };
    let address = format!("{scheme}://localhost:{port}");
    let folder = state.folder(test_clock, |name| std::env::var_os(name))?;
    let shop = open(folder.as_deref(), &address, test_clock).await?;
    if test_clock {
        eprintln!(
            "WARNING: --test-clock lets anybody on this machine move this demo's time. Never use it for anything real."
        );
    }
    let stop = StopSignal::listen().map_err(DemoError::Signals)?;
    let upkeep = shop.sessions.start_upkeep();
    tokio::spawn(shop.clone().keep_telling());
    let served = if tls {
        let listener = TlsListener::new(listener).map_err(DemoError::Tls)?;
        announce(&address, folder.as_deref());
        serve(listener, &shop, stop).await
    } else {
        announce(&address, folder.as_deref());
        serve(listener, &shop, stop).await
    };
    if let Err(error) = upkeep.stop().await {
        tracing::warn!(%error);
    }
    served.map_err(DemoError::Serve)
}

async fn open(folder: Option<&Path>, address: &str, test_clock: bool) -> Result<Shop, OpenShopError> {
    match (folder, test_clock.then(MovableClock::new)) {
        (Some(folder), Some(clock)) => Shop::open(folder, clock.clone(), address, Some(clock)).await,
        (Some(folder), None) => Shop::open(folder, SystemClock::new(), address, None).await,
        (None, Some(clock)) => Ok(Shop::with(MemoryStore::new(), clock.clone(), address, Some(clock))?),
        (None, None) => Ok(Shop::with(MemoryStore::new(), SystemClock::new(), address, None)?),
    }
}

/// Answers until it is asked to stop, and then what is under way, unless it is asked again.
async fn serve<L>(listener: L, shop: &Shop, mut stop: StopSignal) -> io::Result<()>
where
    L: Listener<Addr: std::fmt::Debug>,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let service = shop.router().into_make_service_with_connect_info::<Peer>();
    let closing = shop.closing.clone().begun();
    let stopped = async {
        stop.asked().await;
        shop.closing.begin();
        tokio::select! {
            () = tokio::time::sleep(LAST_ANSWERS) => {}
            () = stop.asked() => {}
        }
    };
    tokio::select! {
        served = axum::serve(listener, service).with_graceful_shutdown(closing).into_future() => served,
        () = stopped => Ok(()),
    }
}

/// The other end of a connection, plain or TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

fn announce(address: &str, folder: Option<&Path>) {
    println!("{address}");
    let state = folder.map_or_else(
        || "Nothing is kept: all of it is gone when the demo ends.".to_owned(),
        |folder| format!("State: {} (move this folder away to begin anew)", folder.display()),
    );
    eprintln!(
        "Harbour Books is open. Sign up, sign in from a second browser, and look at Your devices.\n\
         {state}\n\
         Chromium and Firefox keep the Secure cookie on http://localhost; Safari does not: use --tls there."
    );
}
