//! Choices that look random and are the same for the same seed, and how many are made.

/// `SplitMix64`.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    pub(crate) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let many = u64::try_from(from.len()).unwrap();
        (many > 0).then(|| &from[usize::try_from(self.below(many)).unwrap()])
    }
}

/// How much is to be tried: `HANDSTAMP_ROUNDS`, or 100.
pub(crate) fn rounds() -> u64 {
    std::env::var("HANDSTAMP_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

/// So many seeds, or the one of `HANDSTAMP_SEED`.
pub(crate) fn seeds(many: u64) -> Vec<u64> {
    match std::env::var("HANDSTAMP_SEED") {
        Ok(seed) => vec![seed.parse().expect("HANDSTAMP_SEED is a number")],
        Err(_) => (0..many).collect(),
    }
}
