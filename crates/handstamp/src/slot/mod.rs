//! Slots: the typed values that an application keeps in a session.
//!
//! A slot has a name and a version known at compile time. Values lie in the store as JSON; what
//! cannot be read is an error and stays where it is, so that a bad deployment destroys nothing.

mod data;
mod value;

pub(crate) use data::SlotData;
pub use value::{NoUpgrade, OnSignIn, SlotValue, Unreadable};

use crate::encoding::Corrupt;

/// Why a slot could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SlotError {
    /// The stored value does not fit the type. It is kept as it is.
    #[error(
        "slot `{slot}` holds version {stored}, which could not be read as version {expected}: {reason}; it was left as it is"
    )]
    #[non_exhaustive]
    Unreadable {
        /// Which slot.
        slot: &'static str,
        /// The version in the store.
        stored: u32,
        /// The version of this program.
        expected: u32,
        /// What did not fit.
        reason: String,
    },
    /// The session's stored data cannot be read at all. It is kept as it is.
    #[error("slot `{slot}`: {corrupt}; it was left as it is")]
    #[non_exhaustive]
    Corrupt {
        /// Which slot was asked for.
        slot: &'static str,
        /// What cannot be read.
        corrupt: Corrupt,
    },
    /// The value could not be turned into JSON.
    #[error("slot `{slot}` could not be written as JSON: {reason}")]
    #[non_exhaustive]
    Unwritable {
        /// Which slot.
        slot: &'static str,
        /// What went wrong.
        reason: String,
    },
}
