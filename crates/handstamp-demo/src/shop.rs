//! What the shop is made of, and how its sessions are set up.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    middleware::{self, Next},
    response::Response,
};
use handstamp::{
    AbsoluteTimeout, BuildError, Cap, Clock, IdleTimeout, Policy, Sessions,
    store::{MemoryStore, Store},
    web::{PeerAddress, SessionLayer},
};

use crate::{accounts::Accounts, clock::MovableClock, routes, server::Peer};

/// How often the shop sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// The shop: accounts, sessions, and the address under which links are printed.
#[derive(Clone)]
pub struct Shop {
    pub(crate) accounts: Accounts,
    pub(crate) sessions: Sessions,
    pub(crate) test_clock: Option<MovableClock>,
    pub(crate) address: Arc<str>,
    pub(crate) print: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Shop {
    /// The shop with sessions in memory.
    pub(crate) fn new(address: &str, test_clock: Option<MovableClock>) -> Result<Self, BuildError> {
        match test_clock.clone() {
            Some(clock) => Self::with(MemoryStore::new(), clock, address, test_clock),
            None => Self::with(MemoryStore::new(), handstamp::SystemClock::new(), address, None),
        }
    }

    /// The shop on any store and clock.
    pub fn with(
        store: impl Store,
        clock: impl Clock,
        address: &str,
        test_clock: Option<MovableClock>,
    ) -> Result<Self, BuildError> {
        let policy = Policy::aal2()
            .remember_me(IdleTimeout::days(14), AbsoluteTimeout::days(30))
            .cap(Cap::keep_newest(20));
        let sessions = Sessions::builder(store).policy(policy).clock(clock).build()?;
        let print = Arc::new(|line: &str| println!("{line}"));
        Ok(Self { accounts: Accounts::new(), sessions, test_clock, address: address.into(), print })
    }

    /// Prints reset links elsewhere than on standard output.
    #[must_use]
    pub fn printing(mut self, print: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.print = Arc::new(print);
        self
    }

    /// The whole application.
    pub fn router(&self) -> Router {
        routes::router(self.clone()).layer(self.layer()).layer(middleware::from_fn(told_peer))
    }

    fn layer(&self) -> SessionLayer {
        self.sessions.layer().sign_in_page("/sign-in").step_up_page("/confirm").render(routes::refused)
    }

    /// Ends and forgets what has run out, for as long as the shop is open.
    pub(crate) async fn keep_tidy(self) {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            if let Err(error) = self.sessions.sweep().await {
                tracing::warn!(%error, "the next sweep begins again");
            }
        }
    }
}

/// Tells the session layer who is at the other end of the connection.
async fn told_peer(mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(Peer(peer))) = request.extensions().get::<ConnectInfo<Peer>>().copied() {
        request.extensions_mut().insert(PeerAddress::new(peer.ip()));
    }
    next.run(request).await
}
