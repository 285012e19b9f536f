//! Where the application's tokens come from: made well, or in one of the ways that have been seen in the field.

mod dictionary;
mod predictable;
mod random;
mod shapes;

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use self::random::Random;
use crate::{
    clock::TestClock,
    flaw::{Flaw, Flaws},
};

/// Makes the tokens of sessions, one after another.
trait Make: Send {
    /// The next one, for this account or for nobody yet.
    fn make(&mut self, account: Option<&str>) -> String;
}

/// Makes tokens that can be made again from a seed: tests have to repeat, and nobody is to be kept out here.
pub(crate) struct Tokens {
    random: Mutex<Random>,
    sessions: Mutex<Box<dyn Make>>,
}

impl Tokens {
    pub(crate) fn new(seed: u64, flaws: &Flaws, clock: &TestClock) -> Self {
        Self { random: Mutex::new(Random::new(seed)), sessions: Mutex::new(maker(seed, flaws, clock)) }
    }

    /// The token of a session of this account, or of nobody yet.
    pub(crate) fn session(&self, account: Option<&str>) -> String {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).make(account)
    }

    /// 256 bits as 64 hexadecimal digits, for all that is no session.
    pub(crate) fn token(&self) -> String {
        self.random().hex(32)
    }

    /// A short public id.
    pub(crate) fn public_id(&self) -> String {
        format!("s{}", self.random().hex(6))
    }

    fn random(&self) -> MutexGuard<'_, Random> {
        self.random.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

/// Tokens of sessions as logins of this account get them, without the application around them.
pub fn sample_tokens(
    flaw: Option<Flaw>,
    seed: u64,
    clock: &TestClock,
    account: &str,
    count: usize,
) -> Vec<String> {
    let mut maker = maker(seed, &Flaws(flaw.into_iter().collect()), clock);
    (0..count).map(|_| maker.make(Some(account))).collect()
}

/// What a token is compared by.
pub(crate) fn compared(flaws: &Flaws, token: &str) -> String {
    if flaws.has(Flaw::TruncatedCompare) {
        token.chars().take(16).collect()
    } else if flaws.has(Flaw::CaseInsensitiveCompare) {
        token.to_ascii_lowercase()
    } else if flaws.has(Flaw::UnsignedSuffix) {
        token.split('.').next().unwrap_or_default().to_owned()
    } else {
        token.to_owned()
    }
}

fn maker(seed: u64, flaws: &Flaws, clock: &TestClock) -> Box<dyn Make> {
    // Another stream than that of everything else: what a page shows besides is nobody's token.
    let random = Random::new(seed ^ 0x5e55_1045_0000_0000);
    let flawed = flaws.0.iter().find_map(|flaw| flawed(*flaw, seed, &random, clock));
    flawed.unwrap_or_else(|| Box::new(shapes::Hex(random, 32)))
}

fn flawed(flaw: Flaw, seed: u64, random: &Random, clock: &TestClock) -> Option<Box<dyn Make>> {
    let (random, clock) = (random.clone(), clock.clone());
    Some(match flaw {
        Flaw::Counter => Box::new(dictionary::Counter::default()),
        Flaw::Md5Counter => Box::new(dictionary::Md5Counter::default()),
        Flaw::UnixSeconds => Box::new(dictionary::UnixSeconds::new(clock)),
        Flaw::Uniqid => Box::new(dictionary::Micros::uniqid(clock, random)),
        Flaw::Md5Micros => Box::new(dictionary::Micros::md5(clock, random)),
        Flaw::Seed16 => Box::new(dictionary::Seeded::new(random, 16)),
        Flaw::Seed24 => Box::new(dictionary::Seeded::new(random, 24)),
        Flaw::JavaLcg => Box::new(predictable::JavaRandom::new(seed)),
        Flaw::MersenneTwister => Box::new(predictable::MersenneTwister::new(seed)),
        Flaw::Xorshift => Box::new(predictable::MathRandom::new(random)),
        Flaw::Bias60 => Box::new(shapes::Biased(random)),
        Flaw::Sticky60 => Box::new(shapes::Sticky(random)),
        Flaw::CrcTail => Box::new(shapes::CrcTail(random)),
        Flaw::XorCopy => Box::new(shapes::XorCopy(random)),
        Flaw::Short48 => Box::new(shapes::Hex(random, 6)),
        Flaw::CaseInsensitiveCompare => Box::new(shapes::Base64(random, 16)),
        Flaw::Uuid4 => Box::new(shapes::Uuid4(random)),
        Flaw::Uuid1 => Box::new(shapes::Uuid1::new(clock, random)),
        Flaw::Uuid7 => Box::new(shapes::Uuid7(clock, random)),
        Flaw::UserInToken => Box::new(shapes::WithAccount(random)),
        Flaw::StaticPerUser => Box::new(shapes::Static(random, seed)),
        Flaw::UnsignedSuffix => Box::new(shapes::Suffixed(random)),
        _ => return None,
    })
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    use fmt::Write as _;
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn md5(text: &str) -> String {
    use md5::{Digest as _, Md5};
    hex(Md5::digest(text))
}
