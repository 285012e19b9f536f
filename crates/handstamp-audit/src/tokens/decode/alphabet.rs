//! The alphabets in which tokens are written.

/// An alphabet: its name and its characters, in the order of their values.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tokens) struct Alphabet {
    pub(in crate::tokens) name: &'static str,
    pub(in crate::tokens) characters: &'static str,
}

/// All of them, the smallest first: the first that holds every character is the one that is meant. A larger one
/// would have shown its other characters in a sample of any size.
const ALPHABETS: &[Alphabet] = &[
    Alphabet { name: "decimal", characters: "0123456789" },
    Alphabet { name: "hex", characters: "0123456789abcdef" },
    Alphabet { name: "hex in capitals", characters: "0123456789ABCDEF" },
    Alphabet { name: "letters", characters: "abcdefghijklmnopqrstuvwxyz" },
    Alphabet { name: "capitals", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    Alphabet { name: "base32 of PHP", characters: "0123456789abcdefghijklmnopqrstuv" },
    Alphabet { name: "base32hex", characters: "0123456789ABCDEFGHIJKLMNOPQRSTUV" },
    Alphabet { name: "base32", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" },
    Alphabet { name: "base32 in small letters", characters: "abcdefghijklmnopqrstuvwxyz234567" },
    Alphabet { name: "base32 of Crockford", characters: "0123456789ABCDEFGHJKMNPQRSTVWXYZ" },
    Alphabet { name: "base36", characters: "0123456789abcdefghijklmnopqrstuvwxyz" },
    Alphabet { name: "base36 in capitals", characters: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    Alphabet {
        name: "letters of both cases",
        characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    },
    Alphabet { name: "base58", characters: "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz" },
    Alphabet { name: "base62", characters: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" },
    Alphabet {
        name: "base64url",
        characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    },
    Alphabet {
        name: "base64",
        characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    },
    Alphabet {
        name: "base64 of PHP",
        characters: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-,",
    },
    Alphabet {
        name: "printable characters",
        characters: "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
    },
];

impl Alphabet {
    /// The smallest alphabet that holds every character of every text.
    pub(in crate::tokens) fn of<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Option<&'static Self> {
        let mut seen = [false; 256];
        for byte in texts.flat_map(str::bytes) {
            if let Some(seen) = seen.get_mut(usize::from(byte)) {
                *seen = true;
            }
        }
        ALPHABETS.iter().find(|alphabet| {
            (0..=u8::MAX)
                .zip(&seen)
                .all(|(byte, seen)| !seen || alphabet.characters.as_bytes().contains(&byte))
        })
    }

    /// The value of each byte that is among these characters.
    pub(in crate::tokens) fn values(characters: &[u8]) -> [Option<u8>; 256] {
        let mut values = [None; 256];
        for (value, byte) in (0..=u8::MAX).zip(characters) {
            if let Some(place) = values.get_mut(usize::from(*byte)) {
                *place = Some(value);
            }
        }
        values
    }

    /// How many characters it has.
    pub(in crate::tokens) fn size(&self) -> u16 {
        u16::try_from(self.characters.len()).unwrap_or(u16::MAX)
    }

    /// The bits of a character, where each value is as many bits.
    pub(in crate::tokens) fn bits(&self) -> Option<u32> {
        self.size().is_power_of_two().then(|| self.size().ilog2())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_alphabet_is_taken_and_none_says_a_character_twice() {
        let named = |text: &'static str| Alphabet::of(std::iter::once(text)).map(|alphabet| alphabet.name);
        assert_eq!(named("0129"), Some("decimal"));
        assert_eq!(named("0af"), Some("hex"));
        assert_eq!(named("0v"), Some("base32 of PHP"));
        assert_eq!(named("0vw"), Some("base36"));
        assert_eq!(named("0zZ"), Some("base62"));
        assert_eq!(named("0zZ_"), Some("base64url"));
        assert_eq!(named("\u{e9}"), None);
        for alphabet in ALPHABETS {
            let mut bytes: Vec<_> = alphabet.characters.bytes().collect();
            bytes.sort_unstable();
            bytes.dedup();
            assert_eq!(bytes.len(), alphabet.characters.len(), "{}", alphabet.name);
        }
    }
}
