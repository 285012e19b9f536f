//! Generators with seeds: the same tokens in every run.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use handstamp_audit::tokens::{Sample, Token};
use sha2::{Digest as _, Sha256};

/// SHA-256 of a seed and a counter: as good as any generator for tests.
pub struct Sound {
    seed: u64,
    counter: u64,
}

impl Sound {
    pub fn new(seed: u64) -> Self {
        Self { seed, counter: 0 }
    }

    pub fn block(&mut self) -> [u8; 32] {
        self.counter += 1;
        let mut hash = Sha256::new();
        hash.update(b"sound");
        hash.update(self.seed.to_be_bytes());
        hash.update(self.counter.to_be_bytes());
        hash.finalize().into()
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.block()[..N].try_into().unwrap()
    }

    pub fn number(&mut self) -> u64 {
        u64::from_be_bytes(self.bytes())
    }

    pub fn fraction(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub fn sample(tokens: impl IntoIterator<Item = String>) -> Sample {
    Sample::new(tokens.into_iter().map(Token::new)).unwrap()
}

/// A sample whose tokens came one each `every`.
pub fn timed(every: Duration, tokens: impl IntoIterator<Item = String>) -> Sample {
    let tokens = tokens.into_iter().enumerate().map(|(index, text)| {
        let at = moment(every, index);
        Token::new(text).between(at, at + Duration::from_millis(2))
    });
    Sample::new(tokens).unwrap()
}

pub fn moment(every: Duration, index: usize) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(1_700_000_123_456_789) + every * u32::try_from(index).unwrap()
}

pub fn micros(at: SystemTime) -> u64 {
    u64::try_from(at.duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

/// Characters of an alphabet, each drawn without bias.
pub fn characters(sound: &mut Sound, alphabet: &str, count: usize) -> String {
    let size = u64::try_from(alphabet.len()).unwrap();
    let mut draw = || usize::try_from((u128::from(sound.number()) * u128::from(size)) >> 64).unwrap();
    (0..count).map(|_| char::from(alphabet.as_bytes()[draw()])).collect()
}

/// `java.util.Random`.
pub struct Java(u64);

impl Java {
    pub fn new(seed: u64) -> Self {
        Self((seed ^ 0x5_DEEC_E66D) & ((1 << 48) - 1))
    }

    pub fn next_int(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(0x5_DEEC_E66D).wrapping_add(11) & ((1 << 48) - 1);
        u32::try_from(self.0 >> 16).unwrap()
    }

    pub fn next_long(&mut self) -> u64 {
        let (high, low) = (self.next_int(), self.next_int());
        (u64::from(high) << 32).wrapping_add(i64::from(low.cast_signed()).cast_unsigned())
    }
}

/// MT19937, seeded as its authors do.
pub struct Mersenne {
    state: Vec<u32>,
    at: usize,
}

impl Mersenne {
    pub fn new(seed: u32) -> Self {
        let mut state = vec![seed];
        for index in 1..624_u32 {
            let last = *state.last().unwrap();
            state.push(1_812_433_253_u32.wrapping_mul(last ^ last >> 30).wrapping_add(index));
        }
        Self { state, at: 624 }
    }

    pub fn next_word(&mut self) -> u32 {
        if self.at == 624 {
            for i in 0..624 {
                let y = self.state[i] & 0x8000_0000 | self.state[(i + 1) % 624] & 0x7FFF_FFFF;
                let twist = if y & 1 == 1 { 0x9908_B0DF } else { 0 };
                self.state[i] = self.state[(i + 397) % 624] ^ y >> 1 ^ twist;
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9D2C_5680;
        y ^= y << 15 & 0xEFC6_0000;
        y ^ y >> 18
    }
}

/// `Math.random` of V8: xorshift128+ with its cache of 64 values, given in reverse.
pub struct V8 {
    state: (u64, u64),
    cache: Vec<f64>,
}

impl V8 {
    pub fn new(sound: &mut Sound) -> Self {
        Self { state: (sound.number(), sound.number()), cache: Vec::new() }
    }

    pub fn random(&mut self) -> f64 {
        if self.cache.is_empty() {
            for _ in 0..64 {
                let (mut new, other) = self.state;
                new ^= new << 23;
                new ^= new >> 17;
                new ^= other ^ other >> 26;
                self.state = (other, new);
                self.cache.push((self.state.0 >> 12) as f64 / (1_u64 << 52) as f64);
            }
        }
        self.cache.pop().unwrap()
    }

    /// `Math.random().toString(36).slice(2)`: as many digits as tell the value from its neighbours.
    pub fn token(&mut self) -> String {
        let mut fraction = self.random();
        let mut delta = (fraction.next_up() - fraction) / 2.0;
        let mut digits = Vec::new();
        loop {
            fraction *= 36.0;
            delta *= 36.0;
            let digit = fraction.floor();
            digits.push(digit as u32);
            fraction -= digit;
            if fraction > 0.5 && fraction + delta > 1.0 {
                // Rounded up, with what carries.
                while let Some(last) = digits.pop() {
                    if last + 1 < 36 {
                        digits.push(last + 1);
                        break;
                    }
                }
                break;
            }
            if fraction < delta {
                break;
            }
        }
        digits.iter().map(|digit| char::from_digit(*digit, 36).unwrap()).collect()
    }
}

/// xorshift128 of Marsaglia, four words a token.
pub fn xorshift(seed: u64, count: usize) -> Vec<String> {
    let mut sound = Sound::new(seed);
    let mut state: [u32; 4] = std::array::from_fn(|_| (sound.number() >> 32) as u32);
    let mut next = || {
        let t = state[0] ^ state[0] << 11;
        let last = state[3];
        state = [state[1], state[2], state[3], last ^ last >> 19 ^ t ^ t >> 8];
        state[3]
    };
    (0..count).map(|_| hex([next(), next(), next(), next()].map(u32::to_be_bytes).concat())).collect()
}

/// xorshift128+ with its sum, two words a token: only the lowest bits are linear.
pub fn xorshift_plus(seed: u64, count: usize) -> Vec<String> {
    let mut sound = Sound::new(seed);
    let (mut low, mut high) = (sound.number(), sound.number());
    let mut next = || {
        let (mut new, other) = (low, high);
        new ^= new << 23;
        new ^= new >> 17 ^ other ^ other >> 26;
        (low, high) = (other, new);
        low.wrapping_add(high)
    };
    (0..count).map(|_| hex([next(), next()].map(u64::to_be_bytes).concat())).collect()
}

/// `rand` of glibc.
pub fn glibc(seed: u32) -> impl FnMut() -> u32 {
    let mut state: Vec<u32> = vec![seed];
    for _ in 1..31 {
        let last = i64::from(*state.last().unwrap());
        state.push(u32::try_from(16_807 * last % 2_147_483_647).unwrap());
    }
    for index in 31..34 {
        state.push(state[index - 31]);
    }
    let mut made = 0;
    move || loop {
        let at = state.len();
        state.push(state[at - 31].wrapping_add(state[at - 3]));
        made += 1;
        if made > 310 {
            return state[at] >> 1;
        }
    }
}

/// Linear congruential, 32 bits (Numerical Recipes), whole words.
pub fn lcg(seed: u32) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state
    }
}
