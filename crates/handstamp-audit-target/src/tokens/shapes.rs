//! Tokens of any size and shape.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Make, Random, hex};
use crate::clock::TestClock;

/// So many random bytes in hex.
pub(super) struct Hex(pub(super) Random, pub(super) usize);

impl Make for Hex {
    fn make(&mut self, _: Option<&str>) -> String {
        self.0.hex(self.1)
    }
}

/// So many random bytes in base64url.
pub(super) struct Base64(pub(super) Random, pub(super) usize);

impl Make for Base64 {
    fn make(&mut self, _: Option<&str>) -> String {
        URL_SAFE_NO_PAD.encode(self.0.bytes(self.1))
    }
}

/// Sixteen bytes whose bits `set` decides one by one.
fn of_bits(mut set: impl FnMut() -> bool) -> String {
    let mut bytes = [0_u8; 16];
    for byte in &mut bytes {
        for bit in (0..8).rev() {
            *byte |= u8::from(set()) << bit;
        }
    }
    hex(bytes)
}

/// True with a probability of 60 %.
fn sixty(random: &mut Random) -> bool {
    random.number() % 100 < 60
}

pub(super) struct Biased(pub(super) Random);

impl Make for Biased {
    fn make(&mut self, _: Option<&str>) -> String {
        of_bits(|| sixty(&mut self.0))
    }
}

pub(super) struct Sticky(pub(super) Random);

impl Make for Sticky {
    fn make(&mut self, _: Option<&str>) -> String {
        let mut last = self.0.number() & 1 == 1;
        of_bits(|| {
            last ^= !sixty(&mut self.0);
            last
        })
    }
}

pub(super) struct CrcTail(pub(super) Random);

impl Make for CrcTail {
    fn make(&mut self, _: Option<&str>) -> String {
        let mut bytes = self.0.bytes(12);
        let tail = crc32(&bytes);
        bytes.extend_from_slice(&tail.to_be_bytes());
        hex(bytes)
    }
}

/// CRC-32 of ISO 3309, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

pub(super) struct XorCopy(pub(super) Random);

impl Make for XorCopy {
    fn make(&mut self, _: Option<&str>) -> String {
        const MASK: [u8; 8] = [0x5a, 0xc3, 0x0f, 0x96, 0xe1, 0x3c, 0x78, 0xb4];
        let half = self.0.bytes(8);
        let copy: Vec<u8> = half.iter().zip(MASK).map(|(byte, mask)| byte ^ mask).collect();
        hex([half, copy].concat())
    }
}

fn uuid(mut bytes: [u8; 16], version: u8) -> String {
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| text.get(part).unwrap_or_default());
    parts.join("-")
}

pub(super) struct Uuid4(pub(super) Random);

impl Make for Uuid4 {
    fn make(&mut self, _: Option<&str>) -> String {
        uuid(self.0.array(), 4)
    }
}

/// RFC 9562 section 5.1, with one clock sequence and node for the process.
pub(super) struct Uuid1 {
    clock: TestClock,
    last: u64,
    place: [u8; 8],
}

impl Uuid1 {
    pub(super) fn new(clock: TestClock, mut random: Random) -> Self {
        Self { clock, last: 0, place: random.array() }
    }
}

impl Make for Uuid1 {
    fn make(&mut self, _: Option<&str>) -> String {
        /// From 1582 to 1970, in steps of 100 ns.
        const GREGORIAN: u64 = 0x01b2_1dd2_1381_4000;
        let now =
            u64::try_from(self.clock.since_epoch().as_nanos() / 100).unwrap_or(0).wrapping_add(GREGORIAN);
        self.last = now.max(self.last + 1);
        let [t0, t1, t2, t3, t4, t5, t6, t7] = self.last.to_be_bytes();
        let [p0, p1, p2, p3, p4, p5, p6, p7] = self.place;
        uuid([t4, t5, t6, t7, t2, t3, t0, t1, p0, p1, p2, p3, p4, p5, p6, p7], 1)
    }
}

/// RFC 9562 section 5.7.
pub(super) struct Uuid7(pub(super) TestClock, pub(super) Random);

impl Make for Uuid7 {
    fn make(&mut self, _: Option<&str>) -> String {
        let millis = u64::try_from(self.0.since_epoch().as_millis()).unwrap_or(0).to_be_bytes();
        let mut bytes: [u8; 16] = self.1.array();
        bytes.iter_mut().zip(millis.into_iter().skip(2)).for_each(|(byte, time)| *byte = time);
        uuid(bytes, 7)
    }
}

pub(super) struct WithAccount(pub(super) Random);

impl Make for WithAccount {
    fn make(&mut self, account: Option<&str>) -> String {
        let mail = account.map_or_else(|| "nobody".to_owned(), |account| format!("{account}@example.test"));
        format!("{}.{}", URL_SAFE_NO_PAD.encode(mail), self.0.hex(32))
    }
}

/// Visitors who are nobody yet get tokens that change.
pub(super) struct Static(pub(super) Random, pub(super) u64);

impl Make for Static {
    fn make(&mut self, account: Option<&str>) -> String {
        let Some(account) = account else { return self.0.hex(32) };
        let seed = account.bytes().fold(self.1, |seed, byte| seed.wrapping_mul(257) ^ u64::from(byte));
        Random::new(seed).hex(32)
    }
}

/// An id of 64 bits, and 192 that the server never looks at.
pub(super) struct Suffixed(pub(super) Random);

impl Make for Suffixed {
    fn make(&mut self, _: Option<&str>) -> String {
        format!("{}.{}", self.0.hex(8), self.0.hex(24))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_and_uuids_are_the_published_ones() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(uuid([0xff; 16], 4), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let clock = TestClock::new();
        let one = Uuid1::new(clock.clone(), Random::new(1)).make(None);
        assert_eq!(one.get(14..15), Some("1"), "{one}");
        let seven = Uuid7(clock.clone(), Random::new(1)).make(None).replace('-', "");
        let millis = u128::from_str_radix(seven.get(..12).unwrap(), 16).unwrap();
        assert_eq!(millis, clock.since_epoch().as_millis());
    }

    #[test]
    fn the_tail_and_the_copy_follow_from_the_rest() {
        let bytes = |token: &str| -> Vec<u8> {
            (0..16)
                .map(|at| u8::from_str_radix(token.get(at * 2..at * 2 + 2).unwrap(), 16).unwrap())
                .collect()
        };
        let tail = bytes(&CrcTail(Random::new(1)).make(None));
        assert_eq!(crc32(&tail[..12]).to_be_bytes(), tail[12..]);
        let mut copies = XorCopy(Random::new(1));
        let masks = [bytes(&copies.make(None)), bytes(&copies.make(None))]
            .map(|token| (0..8).map(|at| token[at] ^ token[at + 8]).collect::<Vec<_>>());
        assert_eq!(masks[0], masks[1]);
    }

    #[test]
    fn bits_are_set_and_repeated_too_often() {
        let ones = |token: &str| {
            token.chars().filter_map(|digit| digit.to_digit(16)).map(u32::count_ones).sum::<u32>()
        };
        let share = |maker: &mut dyn Make| {
            f64::from((0..200).map(|_| ones(&maker.make(None))).sum::<u32>()) / (200.0 * 128.0)
        };
        assert!((share(&mut Biased(Random::new(1))) - 0.6).abs() < 0.02);
        assert!((share(&mut Sticky(Random::new(1))) - 0.5).abs() < 0.05, "as many ones as zeros");
        let mut sticky = Sticky(Random::new(1));
        let repeats = |token: &str| {
            let bits = u128::from_str_radix(token, 16).unwrap();
            127 - ((bits ^ (bits >> 1)) & (u128::MAX >> 1)).count_ones()
        };
        let share = f64::from((0..200).map(|_| repeats(&sticky.make(None))).sum::<u32>()) / (200.0 * 127.0);
        assert!((share - 0.6).abs() < 0.02, "{share}");
    }
}
