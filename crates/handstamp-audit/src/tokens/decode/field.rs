//! One part of a token, read as symbols of an alphabet.

use std::collections::BTreeSet;

use super::Alphabet;
use crate::tokens::{bits::Bits, bounds::real};

/// A set of characters is what an application uses when chance shows no larger one in less than one of 2^20 samples.
const UNLIKELY_BITS: f64 = 20.0;

/// One part of every token: the same number of characters in each.
pub(in crate::tokens) struct Field {
    pub(in crate::tokens) alphabet: &'static Alphabet,
    /// How many characters of the alphabet are in use: some applications leave out those that look alike.
    pub(in crate::tokens) size: u16,
    /// The value of each character, for each token.
    pub(in crate::tokens) symbols: Vec<Vec<u8>>,
    /// How many values the format allows at each place.
    pub(in crate::tokens) sizes: Vec<u16>,
    /// The decoded bytes of each token, where every token decodes and encodes to the same text again.
    pub(in crate::tokens) bytes: Option<Vec<Vec<u8>>>,
    /// Where each place lies in the whole token.
    pub(in crate::tokens) places: Vec<usize>,
}

impl Field {
    /// Reads texts of one length; `places` says where their characters lie in the tokens.
    pub(super) fn read(texts: &[&str], places: Vec<usize>) -> Option<Self> {
        let length = texts.first()?.len();
        if length == 0 || places.len() != length || texts.iter().any(|text| text.len() != length) {
            return None;
        }
        let alphabet = Alphabet::of(texts.iter().copied())?;
        let used = used(alphabet, texts);
        let values = Alphabet::values(&used);
        let size = u16::try_from(used.len()).ok()?;
        let symbols = texts
            .iter()
            .map(|text| text.bytes().map(|byte| values.get(usize::from(byte)).copied().flatten()).collect())
            .collect::<Option<Vec<Vec<u8>>>>()?;
        let mut field = Self { alphabet, size, symbols, sizes: vec![size; length], bytes: None, places };
        field.decode();
        Some(field)
    }

    /// Decodes where all of the tokens have the form that an encoder makes: whole bytes, and zeros in what is
    /// left over of the last character.
    fn decode(&mut self) {
        let Some(bits) = self.bits() else { return };
        let total = self.sizes.len() * bits as usize;
        let slack = total % 8;
        if slack >= bits as usize {
            return;
        }
        let mask = (1_u8 << slack) - 1;
        if self.symbols.iter().any(|row| row.last().is_some_and(|last| last & mask != 0)) {
            return;
        }
        self.bytes = Some(self.symbols.iter().map(|row| packed(row, bits)).collect());
        if slack > 0 {
            self.symbols.iter_mut().filter_map(|row| row.last_mut()).for_each(|last| *last >>= slack);
            if let Some(size) = self.sizes.last_mut() {
                *size >>= slack;
            }
        }
    }

    /// The bits of a character, where each value is as many bits.
    pub(in crate::tokens) fn bits(&self) -> Option<u32> {
        self.alphabet.bits()
    }

    /// Bits that the format has.
    pub(in crate::tokens) fn nominal(&self) -> f64 {
        self.sizes.iter().map(|size| f64::from(*size).log2()).sum()
    }

    /// The places of a bit each, most significant first, where characters are bits: (place, shift).
    pub(in crate::tokens) fn bit_places(&self) -> Vec<(usize, u32)> {
        if self.bits().is_none() {
            return Vec::new();
        }
        let places = self.sizes.iter().enumerate();
        places.flat_map(|(place, size)| (0..size.ilog2()).rev().map(move |shift| (place, shift))).collect()
    }

    /// The value of one bit in each token, in order.
    pub(in crate::tokens) fn column(&self, place: usize, shift: u32) -> Bits {
        self.symbols.iter().map(|row| row.get(place).is_some_and(|value| value >> shift & 1 == 1)).collect()
    }
}

/// The characters of the alphabet, without those that a generator would have shown long ago if it had them. Where
/// characters are bits, all of them are meant.
fn used(alphabet: &Alphabet, texts: &[&str]) -> Vec<u8> {
    let all = alphabet.characters.bytes();
    let shown: BTreeSet<u8> = texts.iter().flat_map(|text| text.bytes()).collect();
    let (size, shown_size) = (real(alphabet.characters.len()), real(shown.len()));
    let absent = alphabet.characters.len() - shown.len().min(alphabet.characters.len());
    let length = texts.first().map_or(0, |text| text.len());
    let is_same = |place: usize| {
        let mut column = texts.iter().map(|text| text.as_bytes().get(place));
        let first = column.next();
        column.all(|byte| Some(byte) == first)
    };
    let drawn = real((0..length).filter(|place| !is_same(*place)).count() * texts.len());
    // How likely it is that so many drawn characters miss any so many of the alphabet.
    let ways: f64 = (0..absent).map(|at| ((size - real(at)) / real(at + 1)).log2()).sum();
    let chance = ways + drawn * (shown_size / size).log2();
    if alphabet.bits().is_some() || absent == 0 || chance > -UNLIKELY_BITS {
        return all.collect();
    }
    all.filter(|byte| shown.contains(byte)).collect()
}

fn packed(row: &[u8], bits: u32) -> Vec<u8> {
    let (mut bytes, mut held, mut count) = (Vec::new(), 0_u32, 0);
    for value in row {
        held = held << bits | u32::from(*value);
        count += bits;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(held >> count & 0xFF));
            held &= (1 << count) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Field {
        Field::read(texts, (0..texts[0].len()).collect()).unwrap()
    }

    #[test]
    fn texts_that_an_encoder_makes_are_decoded() {
        let field = read(&["00ff", "a0b1"]);
        assert_eq!(field.bytes, Some(vec![vec![0, 255], vec![160, 177]]));
        assert!((field.nominal() - 16.0).abs() < 1e-9);
        // Sixteen bytes are 22 characters of base64, the last of which has two bits.
        let field = read(&["AAAAAAAAAAAAAAAAAAAA_A", "zzzzzzzzzz-zzzzzzzzzzQ"]);
        assert!((field.nominal() - 128.0).abs() < 1e-9);
        assert_eq!(field.bytes.unwrap()[0].len(), 16);
    }

    #[test]
    fn what_no_encoder_makes_stays_characters() {
        assert_eq!(read(&["AAAAAAAAAAAAAAAAAAAA_B"]).bytes, None);
        assert_eq!(read(&["abcz9"]).bytes, None);
    }
}
