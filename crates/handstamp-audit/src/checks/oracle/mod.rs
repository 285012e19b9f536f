//! Whether anything below can be believed, and what authenticates.

mod session_type;
mod sound;
mod what_authenticates;

use super::Check;

pub(super) const CHECKS: &[Check] = &[sound::CHECK, what_authenticates::CHECK, session_type::CHECK];
