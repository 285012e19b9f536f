//! From texts to what can be counted: the parts of a token, the alphabet of each, the bytes it stands for.
//!
//! A reading counts only where it fits all tokens: one that fits most is another format.

mod alphabet;
mod envelope;
mod field;

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

pub(in crate::tokens) use self::{
    alphabet::Alphabet,
    envelope::{Readable, readable},
    field::Field,
};

/// As many digits in a row may be a number.
const LONG_NUMBER: usize = 10;

/// What stands between the parts of a token.
const SEPARATORS: [char; 7] = ['.', ':', '|', '~', ';', '!', '$'];

/// The lengths of signatures, in bytes: HMAC with SHA-1, SHA-256, SHA-384, SHA-512.
const SIGNATURES: [usize; 4] = [20, 32, 48, 64];

/// How the tokens are built.
pub(in crate::tokens) struct Layout {
    /// In words: `32 characters of hex`.
    pub(in crate::tokens) format: String,
    /// Parts that hold the identifier; empty where the tokens differ in length or carry readable content.
    pub(in crate::tokens) fields: Vec<Field>,
    /// What the first token carries, where all of them carry something.
    pub(in crate::tokens) readable: Option<Readable>,
    /// The places of the signature, which is no part of the identifier.
    pub(in crate::tokens) signature: Vec<usize>,
    /// The texts, percent-decoded.
    pub(in crate::tokens) texts: Vec<String>,
}

impl Layout {
    pub(in crate::tokens) fn of<'a>(tokens: impl Iterator<Item = &'a str>) -> Self {
        let texts: Vec<String> = tokens.map(plain).collect();
        let empty = |format: String, readable| Self {
            format,
            fields: Vec::new(),
            readable,
            signature: Vec::new(),
            texts: texts.clone(),
        };
        if let Some(first) = texts.first().and_then(|text| readable(text))
            && texts.iter().all(|text| readable(text).is_some())
        {
            return empty(first.format.to_owned(), Some(first));
        }
        let Some(parts) = parts(&texts) else {
            return empty("texts of different lengths".to_owned(), None);
        };
        let signature = signature(&texts, &parts);
        let kept = parts.iter().filter(|places| signature.as_ref() != Some(places));
        let fields: Option<Vec<Field>> = kept.map(|places| field(&texts, places)).collect();
        let Some(fields) = fields else {
            return empty("texts in no alphabet that is known".to_owned(), None);
        };
        let format = told(&fields, signature.is_some());
        Self { format, fields, readable: None, signature: signature.unwrap_or_default(), texts }
    }
}

/// The text with its percent-encoding undone, as clients send cookies back that were written with it.
fn plain(text: &str) -> String {
    let text = text.trim_matches('"');
    match percent_decode_str(text).decode_utf8() {
        Ok(plain) => plain.into_owned(),
        Err(_) => text.to_owned(),
    }
}

/// The places of each part, where all texts have one length and their separators at the same places.
fn parts(texts: &[String]) -> Option<Vec<Vec<usize>>> {
    let first = texts.first()?.as_bytes();
    if texts.iter().any(|text| text.len() != first.len()) {
        return None;
    }
    let is_same = |place: usize| texts.iter().all(|text| text.as_bytes().get(place) == first.get(place));
    let same: Vec<bool> = (0..first.len()).map(is_same).collect();
    let begin = prefix(first, &same);
    let mut parts = vec![Vec::new()];
    for (place, byte) in first.iter().enumerate().skip(begin) {
        let is_fixed = same.get(place).copied().unwrap_or(false) && texts.len() > 2;
        if is_fixed && (SEPARATORS.contains(&char::from(*byte)) || is_pair(first, &same, place)) {
            parts.push(Vec::new());
        } else if is_fixed && matches!(byte, b'-' | b'=') {
            // The dashes of a UUID stand within one identifier, and padding behind one.
        } else if let Some(part) = parts.last_mut() {
            part.push(place);
        }
    }
    let mut parts: Vec<_> = parts.iter().flat_map(|part| numbers_apart(texts, part)).collect();
    parts.retain(|part| !part.is_empty());
    Some(parts)
}

/// The part, with each long decimal number in it as a part of its own: its digits are no hex and no letters.
fn numbers_apart(texts: &[String], part: &[usize]) -> Vec<Vec<usize>> {
    let is_decimal =
        |place: &usize| texts.iter().all(|text| text.as_bytes().get(*place).is_some_and(u8::is_ascii_digit));
    // A counter in hex shows few of its digits for long; a number in decimal shows all ten.
    let shows_all = |place: &&usize| {
        let shown: BTreeSet<_> = texts.iter().filter_map(|text| text.as_bytes().get(**place)).collect();
        shown.len() == 10
    };
    let runs = part.chunk_by(|one, next| is_decimal(one) == is_decimal(next));
    let mut parts: Vec<Vec<usize>> = vec![Vec::new()];
    for run in runs {
        let is_number = run.len() >= LONG_NUMBER
            && run.first().is_some_and(is_decimal)
            && run.iter().filter(shows_all).count() >= 2;
        if is_number {
            parts.extend([run.to_vec(), Vec::new()]);
        } else if let Some(last) = parts.last_mut() {
            last.extend(run);
        }
    }
    parts
}

/// How long a prefix all tokens share that is written for readers: up to `_`, `-` or a separator.
fn prefix(first: &[u8], same: &[bool]) -> usize {
    let shared = same.iter().take_while(|same| **same).count();
    let ends = |byte: &u8| matches!(byte, b'_' | b'-') || SEPARATORS.contains(&char::from(*byte));
    first.get(..shared).and_then(|shared| shared.iter().rposition(ends)).map_or(0, |end| end + 1)
}

/// Whether this is one of the two dashes that Rails writes before a signature.
fn is_pair(first: &[u8], same: &[bool], place: usize) -> bool {
    let dash = |at: usize| first.get(at) == Some(&b'-') && same.get(at) == Some(&true);
    dash(place) && (dash(place + 1) || place.checked_sub(1).is_some_and(dash))
}

/// The last of several parts, where it is as long as a signature.
fn signature(texts: &[String], parts: &[Vec<usize>]) -> Option<Vec<usize>> {
    let (last, before) = parts.split_last()?;
    if before.is_empty() {
        return None;
    }
    let field = field(texts, last)?;
    // Behind a colon hex is the half of a token that is verified, and no signature.
    let is_behind_a_colon = last.first().and_then(|first| first.checked_sub(1)).is_some_and(|at| {
        texts.first().and_then(|text| text.as_bytes().get(at)) == Some(&b':')
            && field.alphabet.bits() == Some(4)
    });
    if is_behind_a_colon {
        return None;
    }
    // A signature whose base64 happens to be read as characters is as long as well.
    let length = field.bytes.as_ref().and_then(|rows| rows.first()).map_or(last.len() * 3 / 4, Vec::len);
    SIGNATURES.contains(&length).then(|| last.clone())
}

fn field(texts: &[String], places: &[usize]) -> Option<Field> {
    let picked: Vec<String> = texts
        .iter()
        .map(|text| {
            places.iter().filter_map(|place| text.as_bytes().get(*place)).map(|b| char::from(*b)).collect()
        })
        .collect();
    let picked: Vec<&str> = picked.iter().map(String::as_str).collect();
    Field::read(&picked, places.to_vec())
}

fn told(fields: &[Field], is_signed: bool) -> String {
    let parts: Vec<_> = fields
        .iter()
        .map(|field| format!("{} characters of {}", field.sizes.len(), field.alphabet.name))
        .collect();
    let signed = if is_signed { ", and a signature" } else { "" };
    format!("{}{signed}", parts.join(", then "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(texts: &[&str]) -> Layout {
        Layout::of(texts.iter().copied())
    }

    #[test]
    fn a_prefix_and_a_signature_are_no_part_of_the_identifier() {
        let signatures = [
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ-_12345",
            "bcdefghijklmnopqrstuvwxyzABCDEFGHIJ-_12345a",
            "cdefghijklmnopqrstuvwxyzABCDEFGHIJ-_12345ab",
        ];
        let ids = ["0badc0de", "1badc0de", "27182818"].into_iter().zip(signatures);
        let texts: Vec<_> = ids.map(|(id, signature)| format!("s%3A{id}.{signature}")).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let layout = layout(&texts);
        assert_eq!(layout.format, "8 characters of hex, and a signature");
        assert_eq!(layout.fields[0].places, (2..10).collect::<Vec<_>>());
        assert_eq!(layout.signature.len(), 43);
    }

    #[test]
    fn the_dashes_of_a_uuid_are_passed_over() {
        let layout = layout(&[
            "0b0a9a4e-52e9-4d0c-8b39-5f4f5a0f3c11",
            "7b0a9a4e-52e9-4d0c-9b39-5f4f5a0f3c12",
            "1f0a9a4e-52e9-4d0c-ab39-5f4f5a0f3c13",
        ]);
        assert_eq!(layout.format, "32 characters of hex");
        assert_eq!(layout.fields[0].bytes.as_ref().unwrap()[0].len(), 16);
    }

    #[test]
    fn tokens_of_several_lengths_have_no_places() {
        assert!(layout(&["abc", "abcd"]).fields.is_empty());
    }
}
