//! Tokens that a dictionary finds: counters, times, and small seeds.

use super::{Make, Random, md5};
use crate::clock::TestClock;

#[derive(Default)]
pub(super) struct Counter(u64);

impl Make for Counter {
    fn make(&mut self, _: Option<&str>) -> String {
        self.0 += 1;
        format!("{:032x}", self.0)
    }
}

#[derive(Default)]
pub(super) struct Md5Counter(u64);

impl Make for Md5Counter {
    fn make(&mut self, _: Option<&str>) -> String {
        self.0 += 1;
        md5(&self.0.to_string())
    }
}

/// Two logins in one second would share a session, so the second one gets the next second.
pub(super) struct UnixSeconds {
    clock: TestClock,
    last: u64,
}

impl UnixSeconds {
    pub(super) fn new(clock: TestClock) -> Self {
        Self { clock, last: 0 }
    }
}

impl Make for UnixSeconds {
    fn make(&mut self, _: Option<&str>) -> String {
        self.last = self.clock.since_epoch().as_secs().max(self.last + 1);
        md5(&self.last.to_string())
    }
}

/// Times in microseconds. A clock that stands still is taken to move a little with each token.
pub(super) struct Micros {
    clock: TestClock,
    random: Random,
    last: u64,
    spell: fn(u64) -> String,
}

impl Micros {
    /// As PHP's `uniqid` spells them: seconds in eight hexadecimal digits, microseconds in five.
    pub(super) fn uniqid(clock: TestClock, random: Random) -> Self {
        let spell = |time| format!("{:08x}{:05x}", time / 1_000_000, time % 1_000_000);
        Self { clock, random, last: 0, spell }
    }

    pub(super) fn md5(clock: TestClock, random: Random) -> Self {
        Self { clock, random, last: 0, spell: |time| md5(&time.to_string()) }
    }
}

impl Make for Micros {
    fn make(&mut self, _: Option<&str>) -> String {
        let step = 1 + self.random.number() % 400;
        let now = u64::try_from(self.clock.since_epoch().as_micros()).unwrap_or(u64::MAX);
        self.last = now.max(self.last + step);
        (self.spell)(self.last)
    }
}

/// One of a small set of numbers decides about the whole token.
pub(super) struct Seeded {
    random: Random,
    bits: u32,
}

impl Seeded {
    pub(super) fn new(random: Random, bits: u32) -> Self {
        Self { random, bits }
    }
}

impl Make for Seeded {
    fn make(&mut self, _: Option<&str>) -> String {
        let seed = self.random.number() >> (u64::BITS - self.bits);
        md5(&seed.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hashed_can_be_guessed() {
        let clock = TestClock::new();
        let seconds = clock.since_epoch().as_secs();
        let mut unix = UnixSeconds::new(clock.clone());
        assert_eq!(unix.make(None), md5(&seconds.to_string()));
        assert_eq!(unix.make(None), md5(&(seconds + 1).to_string()), "one second is one token");
        assert_eq!(Md5Counter::default().make(None), "c4ca4238a0b923820dcc509a6f75849b", "the MD5 of 1");
        let mut seeded = Seeded::new(Random::new(3), 16);
        let token = seeded.make(None);
        assert!((0..65_536).any(|seed: u32| md5(&seed.to_string()) == token));
        let id = Micros::uniqid(clock, Random::new(1)).make(None);
        assert_eq!(u64::from_str_radix(id.get(..8).unwrap(), 16), Ok(seconds));
        assert_eq!(id.len(), 13);
    }
}
