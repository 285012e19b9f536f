//! Where the application's tokens come from.

use std::sync::atomic::{AtomicU64, Ordering};

/// Makes tokens that can be made again from a seed: tests have to repeat, and nobody is to be kept out here.
#[derive(Debug)]
pub(crate) struct Tokens {
    state: AtomicU64,
}

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// 256 bits as 64 hexadecimal digits.
    pub(crate) fn token(&self) -> String {
        format!("{:016x}{:016x}{:016x}{:016x}", self.next(), self.next(), self.next(), self.next())
    }

    /// A short public id.
    pub(crate) fn public_id(&self) -> String {
        format!("s{:012x}", self.next() >> 16)
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
