//! Numbers without structure that come from a seed, so that a test can be repeated.

use super::hex;

/// `SplitMix64`: one number for each step of a counter.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(super) fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        for part in array.chunks_mut(8) {
            let bytes = self.number().to_be_bytes();
            part.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        }
        array
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count.div_ceil(8)).flat_map(|_| self.number().to_be_bytes()).take(count).collect()
    }

    /// So many bytes in hex.
    pub(super) fn hex(&mut self, bytes: usize) -> String {
        hex(self.bytes(bytes))
    }
}
