//! How cookies are set, and what the application makes of cookies that browsers should never send.
//!
//! The first seven read every `Set-Cookie` of the whole run: login, errors, redirects, logout. So this group runs late.

mod cleartext;
mod duplicates;
mod flags;
mod inventory;
mod keeping;
mod mangled;
mod prefix;
mod scope;
mod strict_transport;
mod subset;

use std::sync::Arc;

use super::Check;
use crate::{
    audit::{Audit, Look},
    credentials::{Carrier, Credentials},
    wire::{Exchange, SendError},
};

pub(super) const CHECKS: &[Check] = &[
    flags::SECURE,
    flags::HTTP_ONLY,
    flags::SAME_SITE,
    prefix::CHECK,
    scope::CHECK,
    keeping::LIFETIME,
    keeping::SIZE,
    cleartext::CHECK,
    subset::CHECK,
    duplicates::CHECK,
    mangled::CHECK,
];

/// The first cookie of these credentials, with its value: which one that signs in is sent in odd ways.
fn first_cookie(credentials: &Credentials) -> Option<(Carrier, String, String)> {
    credentials.parts().find_map(|(carrier, value)| match carrier {
        Carrier::Cookie(name) => Some((carrier.clone(), name.clone(), value.to_owned())),
        Carrier::Header(_) => None,
    })
}

/// Who an answer shows.
fn look_at(audit: &Audit, exchange: Arc<Exchange>) -> Look {
    Look { seen: audit.seen(&exchange), exchange }
}

/// The answer to what a server may refuse to read; one that hangs up showed nobody.
fn answered(sent: Result<Arc<Exchange>, SendError>) -> Result<Option<Arc<Exchange>>, SendError> {
    match sent {
        Ok(exchange) => Ok(Some(exchange)),
        Err(SendError::Broken { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
