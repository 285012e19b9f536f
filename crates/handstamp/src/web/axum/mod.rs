//! Extractors and answers for axum. Everything else of the web face works in any tower stack.

mod extract;
mod peer;
mod signed_in;

pub(super) use peer::{original_uri, peer};
pub use signed_in::{Fresh, MaybeSignedIn, SignedIn};
