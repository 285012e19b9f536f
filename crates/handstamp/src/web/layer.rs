//! The layer: how sessions meet HTTP, set once for an application.

use std::sync::Arc;

use http::Response;
use tower_layer::Layer;

use super::{
    cookie::CookieRecipe, cross_site::CrossSite, peer::TrustedProxies, refusal::Refusal,
    service::SessionService,
};
use crate::Sessions;

/// Gives every request behind it its session. `sessions.layer()` makes one; its defaults are those
/// that nobody regrets in production.
#[derive(Clone)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct SessionLayer {
    pub(super) config: Arc<Config>,
}

#[derive(Clone)]
pub(super) struct Config {
    pub(super) sessions: Sessions,
    pub(super) cookie: CookieRecipe,
    pub(super) transport: Transport,
    pub(super) cross_site: Option<CrossSite>,
    pub(super) proxies: TrustedProxies,
    pub(super) sign_in_page: Option<String>,
    pub(super) step_up_page: Option<String>,
    pub(super) clear_site_data: bool,
    pub(super) render: Option<Renderer>,
}

pub(super) type Renderer = Arc<dyn Fn(&Refusal) -> Option<Response<String>> + Send + Sync>;

/// How the token travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// In a hardened cookie. The default, and the only choice for browsers.
    Cookie,
    /// In `Authorization: Bearer`, for clients that are not browsers. The handler hands the token out
    /// itself, by [`Session::take_token`](super::Session::take_token).
    Bearer,
}

impl Sessions {
    /// The layer for an application, with safe defaults: hardened cookie, cross-site protection on.
    pub fn layer(&self) -> SessionLayer {
        SessionLayer {
            config: Arc::new(Config {
                sessions: self.clone(),
                cookie: CookieRecipe::new(),
                transport: Transport::Cookie,
                cross_site: Some(CrossSite::new()),
                proxies: TrustedProxies::none(),
                sign_in_page: None,
                step_up_page: None,
                clear_site_data: false,
                render: None,
            }),
        }
    }
}

impl SessionLayer {
    fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }

    /// Another cookie. Default: `__Host-Http-session`, `SameSite=Lax`.
    pub fn cookie(self, cookie: CookieRecipe) -> Self {
        self.with(|config| config.cookie = cookie)
    }

    /// Tokens travel in `Authorization: Bearer` instead of a cookie, for clients that are not
    /// browsers. Browsers do not send that header by themselves, so cross-site protection goes off.
    pub fn bearer(self) -> Self {
        self.with(|config| {
            config.transport = Transport::Bearer;
            config.cross_site = None;
        })
    }

    /// Other rules against cross-site requests: trusted origins, exempt paths.
    pub fn cross_site(self, rules: CrossSite) -> Self {
        self.with(|config| config.cross_site = Some(rules))
    }

    /// No protection against cross-site requests: only if something in front of this does it.
    pub fn without_cross_site_protection(self) -> Self {
        self.with(|config| config.cross_site = None)
    }

    /// Proxies whose word on the client's address counts. Default: none, the socket's other end is
    /// the client (ASVS V4.1.3).
    pub fn trusted_proxies(self, proxies: TrustedProxies) -> Self {
        self.with(|config| config.proxies = proxies)
    }

    /// Where navigations go that need somebody to be signed in: 303 to this page with a `return_to`
    /// that can only be local. Without it they get 401 like everything else.
    pub fn sign_in_page(self, path: impl Into<String>) -> Self {
        let path = path.into();
        self.with(|config| config.sign_in_page = Some(path))
    }

    /// Where navigations go that need a fresh proof. Without it they get 401.
    pub fn step_up_page(self, path: impl Into<String>) -> Self {
        let path = path.into();
        self.with(|config| config.step_up_page = Some(path))
    }

    /// Sends `Clear-Site-Data: "cache", "cookies", "storage"` with a sign-out. Off by default: it
    /// wipes the cookies of every host below the same registrable domain.
    pub fn clear_site_data(self) -> Self {
        self.with(|config| config.clear_site_data = true)
    }

    /// Renders refusals for clients that want HTML. `None` leaves it to the sign-in and step-up pages, or
    /// to problem JSON.
    pub fn render(self, page: impl Fn(&Refusal) -> Option<Response<String>> + Send + Sync + 'static) -> Self {
        self.with(|config| config.render = Some(Arc::new(page)))
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> SessionService<S> {
        SessionService::new(inner, self.config.clone())
    }
}

impl std::fmt::Debug for SessionLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionLayer").field("cookie", &self.config.cookie).finish_non_exhaustive()
    }
}
