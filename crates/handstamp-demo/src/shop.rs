//! What the shop is made of, and how its sessions are set up.

use std::{path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    middleware::{self, Next},
    response::Response,
};
use handstamp::{
    AbsoluteTimeout, AccountId, BuildError, Builder, Cap, Clock, IdleTimeout, Policy, Sessions,
    store::{EmbeddedStore, OpenError, Store, StoreError},
    web::{PeerAddress, SessionError, SessionLayer},
};

use crate::{
    accounts::{Accounts, AccountsError, Untold},
    clock::MovableClock,
    routes,
    server::Peer,
    stop::Closing,
};

/// How often the shop tells what could not be told.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The shop: accounts, sessions, and the address under which links are printed.
#[derive(Clone)]
pub struct Shop {
    pub(crate) accounts: Accounts,
    pub(crate) sessions: Sessions,
    pub(crate) test_clock: Option<MovableClock>,
    pub(crate) address: Arc<str>,
    pub(crate) print: Arc<dyn Fn(&str) + Send + Sync>,
    pub(crate) closing: Closing,
}

/// Why the shop could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenShopError {
    /// The session store could not be opened; most often another demo has it.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The session store does not answer.
    #[error(transparent)]
    Unanswered(#[from] StoreError),
    /// The sessions could not be set up.
    #[error(transparent)]
    Sessions(#[from] BuildError),
    /// The accounts could not be had.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// A password was changed just before the last end, and its old sessions could not be ended.
    #[error("a password has changed and the sessions from before could not be ended: {0}; start again")]
    Untold(#[source] SessionError),
}

impl Shop {
    /// The shop on any store and clock, with accounts in memory.
    pub fn with(
        store: impl Store,
        clock: impl Clock,
        address: &str,
        test_clock: Option<MovableClock>,
    ) -> Result<Self, BuildError> {
        Self::new(Sessions::builder(store).clock(clock), Accounts::in_memory(), address, test_clock)
    }

    /// The shop with all that it kept in this folder.
    pub async fn open(
        folder: &Path,
        clock: impl Clock,
        address: &str,
        test_clock: Option<MovableClock>,
    ) -> Result<Self, OpenShopError> {
        // The store first: it lets one process into the folder, and the accounts have no lock of their own.
        let store = EmbeddedStore::open(folder)?;
        let stats = store.stats().await?;
        let begun = stats.live + stats.ended + stats.accounts > 0;
        let accounts = Accounts::within(folder, begun)?;
        let sessions = Sessions::builder(store).key_folder(folder).clock(clock);
        let shop = Self::new(sessions, accounts, address, test_clock)?;
        for change in shop.accounts.untold() {
            shop.tell(change).await.map_err(OpenShopError::Untold)?;
        }
        Ok(shop)
    }

    fn new(
        sessions: Builder,
        accounts: Accounts,
        address: &str,
        test_clock: Option<MovableClock>,
    ) -> Result<Self, BuildError> {
        let policy = Policy::aal2()
            .remember_me(IdleTimeout::days(14), AbsoluteTimeout::days(30))
            .cap(Cap::keep_newest(20));
        let sessions = sessions.policy(policy).build()?;
        let print = Arc::new(|line: &str| println!("{line}"));
        Ok(Self { accounts, sessions, test_clock, address: address.into(), print, closing: Closing::new() })
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

    /// Tells the sessions of an account that its password has changed; none of them is kept.
    pub(crate) async fn tell(&self, change: Untold) -> Result<(), SessionError> {
        let account = AccountId::new(&change.account)?;
        self.sessions.account(&account).credentials_changed().await?;
        self.accounts.told(change).await;
        Ok(())
    }

    /// Tells what could not be told, for as long as the shop is open.
    pub(crate) async fn keep_telling(self) {
        let mut before = Vec::new();
        loop {
            tokio::time::sleep(TELL_EVERY).await;
            // A change younger than that is being told by the request that made it, which keeps its own
            // session.
            let untold = self.accounts.untold();
            for change in untold.iter().filter(|change| before.contains(*change)) {
                if let Err(error) = self.tell(change.clone()).await {
                    tracing::warn!(%error, "a password has changed and the sessions from before still live");
                }
            }
            before = untold;
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
