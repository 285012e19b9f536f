//! Tokens that look right and are not.

use crate::audit::Random;

/// The value with one character changed to another of its kind, near the middle: a good application refuses it.
pub fn damaged(value: &str, random: &Random) -> String {
    let mut characters: Vec<char> = value.chars().collect();
    let changeable: Vec<usize> = changeable(&characters);
    // The last characters of base64 may hold bits that nobody reads, and the first ones a format's name.
    let middle = changeable.get(changeable.len() / 2).copied();
    match middle {
        Some(at) => characters[at] = other_than(characters[at], &alphabet(&characters), random),
        None => characters.push('x'),
    }
    characters.into_iter().collect()
}

/// A value of the same shape with every character of it drawn anew; what separates its parts stays.
pub fn random_like(value: &str, random: &Random) -> String {
    let characters: Vec<char> = value.chars().collect();
    let changeable = changeable(&characters);
    let alphabet = alphabet(&characters);
    let drawn = characters.iter().enumerate().map(|(at, &character)| {
        if changeable.contains(&at) { random.pick(&of_kind(character, &alphabet)) } else { character }
    });
    let drawn: String = drawn.collect();
    if drawn == value && !changeable.is_empty() { damaged(value, random) } else { drawn }
}

/// Places of letters and digits that are no percent-encoding and no scheme before the token, as in `Bearer x`.
pub(crate) fn changeable(characters: &[char]) -> Vec<usize> {
    let begin = characters.iter().rposition(|&character| character == ' ').map_or(0, |at| at + 1);
    let mut places = Vec::new();
    let mut at = begin;
    while at < characters.len() {
        let is_encoded = characters[at] == '%'
            && characters.get(at + 1..at + 3).is_some_and(|two| two.iter().all(char::is_ascii_hexdigit));
        if is_encoded {
            at += 3;
            continue;
        }
        if characters[at].is_ascii_alphanumeric() {
            places.push(at);
        }
        at += 1;
    }
    places
}

/// Which digits and letters a value is made of.
enum Alphabet {
    Digits,
    LowerHex,
    UpperHex,
    Any,
}

fn alphabet(characters: &[char]) -> Alphabet {
    let used = || characters.iter().filter(|character| character.is_ascii_alphanumeric());
    if used().all(char::is_ascii_digit) {
        Alphabet::Digits
    } else if used().all(|character| matches!(character, '0'..='9' | 'a'..='f')) {
        Alphabet::LowerHex
    } else if used().all(|character| matches!(character, '0'..='9' | 'A'..='F')) {
        Alphabet::UpperHex
    } else {
        Alphabet::Any
    }
}

fn of_kind(character: char, alphabet: &Alphabet) -> Vec<char> {
    match alphabet {
        Alphabet::Digits => ('0'..='9').collect(),
        Alphabet::LowerHex => ('0'..='9').chain('a'..='f').collect(),
        Alphabet::UpperHex => ('0'..='9').chain('A'..='F').collect(),
        Alphabet::Any if character.is_ascii_digit() => ('0'..='9').collect(),
        Alphabet::Any if character.is_ascii_lowercase() => ('a'..='z').collect(),
        Alphabet::Any => ('A'..='Z').collect(),
    }
}

fn other_than(character: char, alphabet: &Alphabet, random: &Random) -> char {
    let others: Vec<char> =
        of_kind(character, alphabet).into_iter().filter(|&other| other != character).collect();
    random.pick(&others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_token_differs_in_one_place_and_a_random_one_in_many() {
        let random = Random::new(1);
        for token in ["0123456789abcdef0123456789abcdef", "Bearer eyJhbGciOi.J9.abc-_", "s%3Aabcdef.ghi"] {
            let changed = damaged(token, &random);
            let differing = token.chars().zip(changed.chars()).filter(|(one, other)| one != other).count();
            assert_eq!((differing, changed.len()), (1, token.len()), "{token} {changed}");
            let drawn = random_like(token, &random);
            assert_eq!(drawn.len(), token.len());
            assert!(
                token.chars().zip(drawn.chars()).filter(|(one, other)| one != other).count() > 3,
                "{drawn}"
            );
        }
        assert!(damaged("Bearer abcdef", &random).starts_with("Bearer "));
        assert!(random_like("s%3Aabcdef.ghi", &random).starts_with(|first: char| first.is_ascii_lowercase()));
        assert_eq!(&random_like("s%3Aabcdef.ghi", &random)[1..4], "%3A");
        assert!(random_like("0123456789abcdef", &random).chars().all(|one| one.is_ascii_hexdigit()));
        assert_ne!(damaged("..", &random), "..");
    }
}
