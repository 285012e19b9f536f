//! Whether another site can act with the session of whoever visits it.
//!
//! What counts is the effect, read back: answers that look alike say nothing. Every forged request is one that a
//! page of another site can make a browser send, with the headers that browsers add; requests that no browser
//! sends are not held against an application.

mod browser;
mod forged;
mod login;
mod preflight;
mod same_site;
mod write_by_get;
mod write_needs_proof;

pub(super) use same_site::weakest_same_site;

use super::Check;

pub(super) const CHECKS: &[Check] =
    &[write_needs_proof::CHECK, browser::CHECK, login::CHECK, write_by_get::CHECK];
