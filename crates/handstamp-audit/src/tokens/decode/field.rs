//! One part of a token, read as symbols of an alphabet.

use super::Alphabet;
use crate::tokens::bits::Bits;

/// One part of every token: the same number of characters in each.
pub(in crate::tokens) struct Field {
    pub(in crate::tokens) alphabet: &'static Alphabet,
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
        let values = alphabet.values();
        let symbols = texts
            .iter()
            .map(|text| text.bytes().map(|byte| values.get(usize::from(byte)).copied().flatten()).collect())
            .collect::<Option<Vec<Vec<u8>>>>()?;
        let mut field = Self { alphabet, symbols, sizes: vec![alphabet.size(); length], bytes: None, places };
        field.decode();
        Some(field)
    }

    /// Decodes where all of the tokens have the form that an encoder makes: whole bytes, and zeros in what is
    /// left over of the last character.
    fn decode(&mut self) {
        let Some(bits) = self.alphabet.bits() else { return };
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

    /// Bits that the format has.
    pub(in crate::tokens) fn nominal(&self) -> f64 {
        self.sizes.iter().map(|size| f64::from(*size).log2()).sum()
    }

    /// The places of a bit each, most significant first, where characters are bits: (place, shift).
    pub(in crate::tokens) fn bit_places(&self) -> Vec<(usize, u32)> {
        if self.alphabet.bits().is_none() {
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
