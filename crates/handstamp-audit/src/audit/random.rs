//! Choices that look random and can be repeated from a seed.
//!
//! Nothing secret is made here: these are nonces, damaged tokens and order.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Choices that look random and can be repeated from a seed (splitmix64).
#[derive(Clone, Debug)]
pub struct Random {
    state: Arc<AtomicU64>,
}

impl Random {
    /// Begins at this seed.
    pub fn new(seed: u64) -> Self {
        Self { state: Arc::new(AtomicU64::new(seed)) }
    }

    /// The next 64 bits.
    pub fn next(&self) -> u64 {
        let state = self
            .state
            .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
            .wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not to be 0.
    pub fn below(&self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// A word of letters and digits that occurs nowhere else.
    pub fn word(&self) -> String {
        format!("hs{:016x}", self.next())
    }

    /// One of the characters.
    pub fn pick(&self, characters: &[char]) -> char {
        characters.get(self.below(characters.len())).copied().unwrap_or('x')
    }
}
