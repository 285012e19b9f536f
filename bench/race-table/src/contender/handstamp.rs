//! Handstamp's side of the table.

use super::Contender;

/// The contender, once its application is written; until then the table says it is missing.
pub fn contender() -> Option<Box<dyn Contender>> {
    None
}
