//! Requests as exact bytes, each on a connection of its own unless a check wants otherwise.
//!
//! Common HTTP clients keep cookies, reuse connections, follow redirects and mend headers. A statement such
//! as "this token is dead" is about one request with one token, so nothing of that happens here: what a
//! check writes is what is sent, and every exchange is kept for the report.

mod bounds;
mod client;
mod connection;
mod error;
mod held;
mod journal;
mod origin;
mod parse;
mod request;
mod response;
mod trust;

pub use client::{Client, ClientError, Consent, is_loopback};
pub use connection::Connection;
pub use error::SendError;
pub use held::{Held, Released};
pub use journal::{Exchange, ExchangeId, Journal};
pub use origin::Origin;
pub use request::Request;
pub use response::Response;
