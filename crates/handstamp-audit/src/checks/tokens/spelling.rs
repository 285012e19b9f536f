//! A token's characters, and how each can be changed so that an application that compares it whole has to refuse.

use crate::oracle::changeable;

/// In the order of base64url; those of base64 that differ stand for the same values.
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What the characters of a token are, as far as one token shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Digits,
    Hex,
    /// Letters of one case, and digits: base32 or base36.
    OneCase,
    /// Letters of both cases: base58, base62, base64.
    BothCases,
}

/// One token, taken apart.
pub(super) struct Spelling {
    characters: Vec<char>,
    places: Vec<usize>,
    kind: Kind,
    text: String,
}

impl Spelling {
    pub(super) fn of(token: &str) -> Self {
        let characters: Vec<char> = token.chars().collect();
        let places = changeable(&characters);
        let used: Vec<char> = places.iter().filter_map(|place| characters.get(*place).copied()).collect();
        let is_cased = |is: fn(&char) -> bool| used.iter().any(is);
        let is_of = |digits: &str| used.iter().all(|character| digits.contains(*character));
        let kind = if is_of("0123456789") {
            Kind::Digits
        } else if is_of("0123456789abcdef") || is_of("0123456789ABCDEF") {
            Kind::Hex
        } else if is_cased(char::is_ascii_lowercase) && is_cased(char::is_ascii_uppercase) {
            Kind::BothCases
        } else {
            Kind::OneCase
        };
        Self { characters, places, kind, text: token.to_owned() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Characters in all.
    pub(super) fn length(&self) -> usize {
        self.characters.len()
    }

    /// The places of letters and digits that are no percent-encoding.
    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }

    /// Bits that one character can hold.
    pub(super) fn bits_of_one(&self) -> f64 {
        match self.kind {
            Kind::Digits => 10_f64.log2(),
            Kind::Hex => 4.0,
            Kind::OneCase => 5.0,
            Kind::BothCases => 6.0,
        }
    }

    /// Bits that all of them can hold.
    pub(super) fn bits(&self) -> f64 {
        self.bits_before(self.length())
    }

    fn bits_before(&self, end: usize) -> f64 {
        self.places.iter().filter(|place| **place < end).map(|_| self.bits_of_one()).sum()
    }

    /// The token with another character here, which differs in the upper bits: the lower ones of a last character may
    /// be left over.
    pub(super) fn changed_at(&self, place: usize) -> String {
        let other = |character: char| match self.kind {
            Kind::Digits => turned(character, '0', 10, 5),
            Kind::Hex => hex(character.to_digit(16).unwrap_or(0) ^ 8, self.is_capital()),
            Kind::OneCase if ('2'..='7').contains(&character) => turned(character, '2', 6, 3),
            Kind::OneCase if character.is_ascii_digit() => turned(character, '0', 10, 5),
            Kind::OneCase if character.is_ascii_lowercase() => turned(character, 'a', 26, 13),
            Kind::OneCase => turned(character, 'A', 26, 13),
            Kind::BothCases => upper_bit_flipped(character),
        };
        let changed = self.characters.iter().enumerate();
        changed.map(|(at, character)| if at == place { other(*character) } else { *character }).collect()
    }

    fn is_capital(&self) -> bool {
        self.characters.iter().any(char::is_ascii_uppercase)
    }

    /// Shorter tokens, in words, with the bits that they hold.
    pub(super) fn cut(&self) -> Vec<(&'static str, String, f64)> {
        let length = self.length();
        let ends = [
            ("all but its last character", length.saturating_sub(1)),
            ("three quarters", length * 3 / 4),
            ("one half", length / 2),
        ];
        let cut = ends.into_iter().filter(|(_, end)| *end > 0);
        cut.map(|(words, end)| (words, self.characters.iter().take(end).collect(), self.bits_before(end)))
            .collect()
    }

    /// The token with every letter in the other case, where it has both: a single case is a matter of spelling.
    pub(super) fn case_swapped(&self) -> Option<String> {
        let swap = |(at, character): (usize, &char)| match character {
            _ if !self.places.contains(&at) => *character,
            character if character.is_ascii_lowercase() => character.to_ascii_uppercase(),
            character => character.to_ascii_lowercase(),
        };
        (self.kind == Kind::BothCases).then(|| self.characters.iter().enumerate().map(swap).collect())
    }

    /// What stands before the last separator, with the bits that it holds.
    pub(super) fn unsigned(&self) -> Option<(String, f64)> {
        let end =
            [".", "--", "|", ":", "~"].iter().filter_map(|separator| self.text.rfind(separator)).max()?;
        let unsigned = self.text.get(..end).filter(|unsigned| unsigned.len() >= 4)?;
        Some((unsigned.to_owned(), self.bits_before(unsigned.chars().count())))
    }
}

/// The character so many further, in a circle that begins at `first`.
fn turned(character: char, first: char, size: u32, by: u32) -> char {
    let at = u32::from(character).saturating_sub(u32::from(first));
    char::from_u32(u32::from(first) + (at + by) % size).unwrap_or(first)
}

fn hex(digit: u32, is_capital: bool) -> char {
    let digit = char::from_digit(digit, 16).unwrap_or('0');
    if is_capital { digit.to_ascii_uppercase() } else { digit }
}

/// Another letter or digit whose value in base64 differs in its highest bit.
fn upper_bit_flipped(character: char) -> char {
    let value = BASE64.iter().position(|other| char::from(*other) == character).unwrap_or(0);
    let others = (32..64).filter_map(|mask| BASE64.get(value ^ mask)).map(|other| char::from(*other));
    others.into_iter().find(char::is_ascii_alphanumeric).unwrap_or('x')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_one_of_value_and_stays_in_the_alphabet() {
        let tokens = [
            ("0189abcdef", "0123456789abcdef"),
            ("0189ABCDEF", "0123456789ABCDEF"),
            ("0123456789", "0123456789"),
            ("qrstuvwxyz234567", "abcdefghijklmnopqrstuvwxyz234567"),
            ("AZazefEF0189", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
        ];
        for (token, alphabet) in tokens {
            let spelling = Spelling::of(token);
            for place in spelling.places() {
                let changed = spelling.changed_at(*place);
                let differing: Vec<_> =
                    token.chars().zip(changed.chars()).filter(|(one, other)| one != other).collect();
                let [(one, other)] = differing[..] else { panic!("{token} {changed}") };
                assert!(!one.eq_ignore_ascii_case(&other), "{token} {changed}");
                assert!(alphabet.contains(other), "{token} {changed}");
            }
        }
    }

    #[test]
    fn what_base64_leaves_over_is_not_changed() {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        for byte in 0..=255_u8 {
            let token = URL_SAFE_NO_PAD.encode([b'a', b'b', b'c', byte]);
            let changed = Spelling::of(&token).changed_at(token.len() - 1);
            let data = |text: &str| {
                let last = text.chars().last().unwrap();
                BASE64.iter().position(|other| char::from(*other) == last).unwrap() >> 4
            };
            assert_ne!(data(&token), data(&changed), "{token} {changed}");
        }
    }

    #[test]
    fn separators_and_encodings_are_no_places() {
        let express = Spelling::of("s%3Aabcdefgh.0123xyzABC");
        assert_eq!(express.places().len(), 1 + 8 + 10);
        assert_eq!(express.unsigned().unwrap().0, "s%3Aabcdefgh");
        assert_eq!(express.case_swapped().unwrap(), "S%3AABCDEFGH.0123XYZabc");
        assert!(Spelling::of("0123abcd").unsigned().is_none());
        assert!(Spelling::of("0123abcd").case_swapped().is_none(), "the case of hex means nothing");
    }
}
