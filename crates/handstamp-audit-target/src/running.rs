//! Starting and stopping the application.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{Router, extract::Request};
use thiserror::Error;
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    api::{self, Api, ApiStyle},
    benign::{Behaviours, Benign},
    clock::TestClock,
    flaw::{Flaw, Flaws},
    routes::handle,
    state::App,
};

/// What the application is to be like. Without anything it does everything right.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    flaws: Flaws,
    benign: Behaviours,
    clock: TestClock,
    seed: u64,
    port: u16,
    api: Option<ApiStyle>,
}

impl Options {
    /// An application that does everything right, on any free port.
    pub fn new() -> Self {
        Self::default()
    }

    /// Switches a flaw on.
    #[must_use]
    pub fn flaw(mut self, flaw: Flaw) -> Self {
        self.flaws.0.insert(flaw);
        self
    }

    /// Switches a legal and unusual behaviour on.
    #[must_use]
    pub fn benign(mut self, benign: Benign) -> Self {
        self.benign.0.insert(benign);
        self
    }

    /// Starts an API in the place of the application with pages. Of all switches it knows [`Flaw::LogoutNoop`].
    #[must_use]
    pub fn api(mut self, style: ApiStyle) -> Self {
        self.api = Some(style);
        self
    }

    /// Lets it run by this clock.
    #[must_use]
    pub fn clock(mut self, clock: TestClock) -> Self {
        self.clock = clock;
        self
    }

    /// Where its tokens begin.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The port; 0 takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the application on loopback, within the runtime that this is called in.
    pub async fn start(self) -> Result<Running, StartError> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await.map_err(StartError::Listen)?;
        let at = listener.local_addr().map_err(StartError::Listen)?;
        let router = if let Some(style) = self.api {
            let api = Arc::new(Api::new(style, &self.flaws, self.clock.clone(), self.seed));
            Router::new().fallback(async move |request: Request| api.handle(request).await)
        } else {
            let app = Arc::new(App::new(self.flaws, self.benign, self.clock.clone(), self.seed));
            Router::new().fallback(move |request: Request| handle(app.clone(), request))
        };
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let serving = axum::serve(listener, router).into_future();
            tokio::select! {
                _ = serving => {}
                _ = stopped => {}
            }
        });
        Ok(Running { at, clock: self.clock, api: self.api, _stop: stop })
    }
}

/// Why the application did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// It cannot listen.
    #[error("the target cannot listen: {0}")]
    Listen(#[source] io::Error),
}

/// A running application; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    at: SocketAddr,
    clock: TestClock,
    api: Option<ApiStyle>,
    _stop: oneshot::Sender<()>,
}

impl Running {
    /// Its address, such as `http://localhost:40123`.
    pub fn address(&self) -> String {
        format!("http://localhost:{}", self.at.port())
    }

    /// Its clock.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// The recipe for it.
    pub fn recipe(&self) -> String {
        match self.api {
            Some(style) => api::recipe(&self.address(), style),
            None => crate::recipe(&self.address()),
        }
    }
}
