//! The web face: a tower layer that gives every request its session, and takes care of the cookie.
//!
//! A request that never touches its session costs one small allocation and no store call. A handler
//! that does gets verbs; what they mean for cookie, caches and errors happens here.

#[cfg(feature = "axum")]
pub mod axum;
mod cookie;
mod cross_site;
mod error;
mod facts;
mod form_token;
mod future;
mod guard;
mod hints;
mod layer;
mod navigation;
mod passive;
mod peer;
mod refusal;
mod request;
mod return_to;
mod service;
mod session;
mod slot;
mod who;

pub use cookie::{CookieError, CookieRecipe, SameSitePolicy};
#[cfg(any(test, feature = "testing"))]
pub(crate) use cookie::{Found, find};
pub use cross_site::{CrossSite, CrossSiteRefusal, ExemptionError, Origin, OriginError};
pub use error::SessionError;
pub use facts::PeerAddress;
pub use form_token::FormToken;
pub use future::ResponseFuture;
pub use guard::{CrossSiteFuture, CrossSiteLayer, CrossSiteService};
pub use layer::{SessionLayer, Transport};
pub use passive::{PassiveLayer, PassiveService};
pub use peer::{ForwardingHeader, TrustedProxies};
pub use refusal::{Demand, Refusal};
pub use return_to::{NotLocal, ReturnTo};
pub use service::SessionService;
pub use session::{Session, SignedInFacts};
pub use slot::Slot;
