//! The change log as a store keeps it.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{id::Cell, log::Entry};

/// One life of a store's contents. A restore or a failover that may have lost something makes a new
/// one; positions of another incarnation mean nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Incarnation([u8; 16]);

impl Incarnation {
    /// The incarnation with these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "incarnation_{}", URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// The last position of every cell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "part of the contract")]
pub struct Heads {
    /// Of which life.
    pub incarnation: Incarnation,
    /// By cell number, [`Cell::COUNT`] of them. 0 is "before the first entry".
    pub positions: Vec<u64>,
}

impl Heads {
    /// The head of one cell.
    pub fn of(&self, cell: Cell) -> u64 {
        self.positions.get(cell.index()).copied().unwrap_or(0)
    }
}

/// A piece of one cell's log.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum ChangesPage {
    /// These follow; empty if there are none yet.
    Entries(Vec<Entry>),
    /// Entries after the asked position have been forgotten: read the sessions again, then go on
    /// after `resume`.
    Behind {
        /// The head at the time of the answer.
        resume: u64,
    },
}
