//! Listening, on this machine only.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use axum::{extract::connect_info::Connected, serve::IncomingStream};
use tokio::net::TcpListener;

use crate::{clock::MovableClock, shop::Shop, tls::TlsListener};

/// How the demo is run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DemoOptions {
    port: u16,
    tls: bool,
    test_clock: bool,
}

impl DemoOptions {
    /// Port 8080, plain http, real time.
    pub const fn new() -> Self {
        Self { port: 8080, tls: false, test_clock: false }
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
    /// The sessions could not be set up.
    #[error(transparent)]
    Sessions(#[from] handstamp::BuildError),
    /// The server stopped.
    #[error("the server stopped: {0}")]
    Serve(#[source] io::Error),
}

/// Runs the demo until it is interrupted. Prints its address on standard output once it listens.
pub async fn run(options: DemoOptions) -> Result<(), DemoError> {
    let port = options.port;
    let cannot_listen = |source| DemoError::Listen { port, source };
    // Loopback only: the demo has no business on a network.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(cannot_listen)?;
    let port = listener.local_addr().map_err(cannot_listen)?.port();
    let scheme = if options.tls { "https" } else { "http" };
    let address = format!("{scheme}://localhost:{port}");
    let shop = Shop::new(&address, options.test_clock.then(MovableClock::new))?;
    if options.test_clock {
        eprintln!(
            "WARNING: --test-clock lets anybody on this machine move this demo's time. Never use it for anything real."
        );
    }
    tokio::spawn(shop.clone().keep_tidy());
    let service = shop.router().into_make_service_with_connect_info::<Peer>();
    let served = if options.tls {
        let listener = TlsListener::new(listener).map_err(DemoError::Tls)?;
        announce(&address);
        until_interrupted(axum::serve(listener, service).into_future()).await
    } else {
        announce(&address);
        until_interrupted(axum::serve(listener, service).into_future()).await
    };
    served.map_err(DemoError::Serve)
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

fn announce(address: &str) {
    println!("{address}");
    eprintln!(
        "Harbour Books is open. Sign up, sign in from a second browser, and look at Your devices.\n\
         Chromium and Firefox keep the Secure cookie on http://localhost; Safari does not: use --tls there."
    );
}

/// Ends at once on Ctrl-C: live pages would keep a graceful end waiting for ever.
async fn until_interrupted(serve: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        served = serve => served,
        () = interrupted => Ok(()),
    }
}
