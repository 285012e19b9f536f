//! Whether the order of steps can be broken: a session that holds more, or somebody else's, than its steps gave it.

mod client_held;
mod half_signed_in;
mod puzzling;
mod residue;
mod without_proof;

use super::Check;

pub(super) const CHECKS: &[Check] =
    &[puzzling::CHECK, half_signed_in::CHECK, residue::CHECK, without_proof::CHECK, client_held::CHECK];
