//! Tokens out of generators whose state can be computed from what they put out.

use super::{Make, Random, hex};

/// `java.util.Random`: 48 bits of state, of which each number shows the upper 32.
pub(super) struct JavaRandom(u64);

impl JavaRandom {
    const MULTIPLIER: u64 = 0x5_deec_e66d;
    const MASK: u64 = (1 << 48) - 1;

    pub(super) fn new(seed: u64) -> Self {
        Self((seed ^ Self::MULTIPLIER) & Self::MASK)
    }

    /// `nextInt()`.
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(Self::MULTIPLIER).wrapping_add(0xb) & Self::MASK;
        u32::try_from(self.0 >> 16).unwrap_or(u32::MAX)
    }
}

impl Make for JavaRandom {
    /// Four numbers in hex.
    fn make(&mut self, _: Option<&str>) -> String {
        in_hex([self.next(), self.next(), self.next(), self.next()])
    }
}

fn in_hex(words: [u32; 4]) -> String {
    words.map(|word| hex(word.to_be_bytes())).concat()
}

/// MT19937 as Matsumoto and Nishimura published it.
pub(super) struct MersenneTwister {
    state: [u32; 624],
    at: usize,
}

impl MersenneTwister {
    pub(super) fn new(seed: u64) -> Self {
        let mut state = [0_u32; 624];
        let mut last = u32::try_from(seed & u64::from(u32::MAX)).unwrap_or(0);
        for (index, word) in (0_u32..).zip(&mut state) {
            if index > 0 {
                last = 1_812_433_253_u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(index);
            }
            *word = last;
        }
        Self { state, at: 624 }
    }

    fn twist(&mut self) {
        for index in 0..624 {
            let joined = (self.state[index] & 0x8000_0000) | (self.state[(index + 1) % 624] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[index] = self.state[(index + 397) % 624] ^ (joined >> 1) ^ odd;
        }
        self.at = 0;
    }

    fn next(&mut self) -> u32 {
        if self.at == self.state.len() {
            self.twist();
        }
        let mut word = self.state[self.at];
        self.at += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }
}

impl Make for MersenneTwister {
    /// Four numbers in hex.
    fn make(&mut self, _: Option<&str>) -> String {
        in_hex([self.next(), self.next(), self.next(), self.next()])
    }
}

/// V8's `Math.random()`: xorshift128+, 64 numbers made ahead and given out from the last to the first.
pub(super) struct MathRandom {
    state: (u64, u64),
    cache: Vec<f64>,
}

impl MathRandom {
    pub(super) fn new(mut random: Random) -> Self {
        Self { state: (random.number(), random.number()), cache: Vec::new() }
    }

    fn next(&mut self) -> f64 {
        if self.cache.is_empty() {
            for _ in 0..64 {
                let (mut first, second) = self.state;
                first ^= first << 23;
                first ^= first >> 17;
                first ^= second ^ (second >> 26);
                self.state = (second, first);
                // The upper 52 bits of the first word are the fraction of a number between 1 and 2.
                self.cache.push(f64::from_bits((self.state.0 >> 12) | 0x3ff0_0000_0000_0000) - 1.0);
            }
        }
        self.cache.pop().unwrap_or_default()
    }
}

impl Make for MathRandom {
    /// `Math.random().toString(36).slice(2)`.
    fn make(&mut self, _: Option<&str>) -> String {
        base36(self.next())
    }
}

/// The digits behind the point, as V8's `DoubleToRadixCString` finds them: as many as tell the number from its
/// neighbours.
fn base36(number: f64) -> String {
    let next = f64::from_bits(number.to_bits() + 1);
    let mut delta = (0.5 * (next - number)).max(f64::from_bits(1));
    let mut fraction = number;
    if fraction < delta {
        return "0".to_owned();
    }
    let mut digits: Vec<u8> = Vec::new();
    while fraction >= delta {
        fraction *= 36.0;
        delta *= 36.0;
        let digit = (0..36).rev().find(|digit| f64::from(*digit) <= fraction).unwrap_or(0);
        digits.push(digit);
        fraction -= f64::from(digit);
        let is_upper = fraction > 0.5 || (fraction.total_cmp(&0.5).is_eq() && digit & 1 == 1);
        if is_upper && fraction + delta > 1.0 {
            carry(&mut digits);
            break;
        }
    }
    digits.iter().filter_map(|digit| char::from_digit(u32::from(*digit), 36)).collect()
}

/// Rounds up the last digit.
fn carry(digits: &mut Vec<u8>) {
    while let Some(last) = digits.pop() {
        if last < 35 {
            digits.push(last + 1);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generators_are_the_ones_that_they_are_called_after() {
        // `new java.util.Random(42)`, four times `nextInt()`.
        let java = [-1_170_105_035_i32, 234_785_527, -1_360_544_799, 205_897_768].map(i32::cast_unsigned);
        assert_eq!(JavaRandom::new(42).make(None), in_hex(java));
        // The first outputs of the reference for the seed 5489.
        let twister = [3_499_211_612, 581_869_302, 3_890_346_734, 3_586_334_585];
        assert_eq!(MersenneTwister::new(5489).make(None), in_hex(twister));
    }

    #[test]
    fn fractions_are_spelled_as_v8_does() {
        assert_eq!(base36(0.5), "i");
        assert_eq!(base36(0.25), "9");
        // `(0.1).toString(36)` and so on in Node.
        assert_eq!(base36(0.1), "3lllllllllm");
        assert_eq!(base36(0.123_456_789), "4fzzzxjylrx");
        assert_eq!(base36(1.0 / 3.0), "c");
    }
}
