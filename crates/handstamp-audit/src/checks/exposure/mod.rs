//! Whether tokens, and pages that need one, show where they should not.
//!
//! Tokens are searched for by their values, raw and encoded: a name says nothing about what is in a URL.

mod bodies;
mod cors;
mod deception;
mod elsewhere;
mod login_by_get;
mod logs;
mod referrer;
mod search;
mod storable;
mod urls;

use super::Check;

/// What is asked in the midst of a run.
pub(super) const CHECKS: &[Check] =
    &[elsewhere::CHECK, login_by_get::CHECK, storable::CHECK, deception::CHECK, cors::CHECK];

/// What looks back on the whole run.
pub(super) const LAST_CHECKS: &[Check] = &[urls::CHECK, bodies::CHECK, referrer::CHECK, logs::CHECK];
