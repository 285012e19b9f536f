//! Whether "signed in" can be told from "not signed in" here, and what it is that signs in.
//!
//! Everything else is worthless without it: a scanner that takes a page with the word "logout" for a session
//! finds sessions everywhere. So the marker has to be seen three times of three with a credential and never
//! without one, and which cookies and headers make the difference is tried, not guessed from their names.

mod controls;
mod damage;
mod sets;

pub use controls::{Controls, NoOracle, establish};
pub(crate) use damage::changeable;
pub use damage::{damaged, random_like};
pub(crate) use sets::named;
pub use sets::{Sets, find_sets};

use crate::credentials::{Carrier, Credentials};

/// What was found out before the first check.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Oracle {
    /// Every minimal set of carriers that signs in, the smallest first; at least one.
    pub sets: Vec<Vec<Carrier>>,
    /// Carriers that login gives and that make no difference to `whoami`.
    pub others: Vec<Carrier>,
    /// Whether a token with one character changed still signs in: a finding of its own, and then a random
    /// token is the control.
    pub accepts_damaged: bool,
    /// Whether the search for sets ended before it had tried all of them.
    pub is_cut: bool,
}

impl Oracle {
    /// Whether a carrier is in a minimal set.
    pub fn authenticates(&self, carrier: &Carrier) -> bool {
        self.sets.iter().any(|set| set.contains(carrier))
    }

    /// The smallest set, as these credentials have it.
    pub fn smallest(&self, credentials: &Credentials) -> Credentials {
        self.sets.first().map_or_else(|| credentials.clone(), |set| credentials.only(set))
    }
}
