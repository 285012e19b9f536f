//! The tokens as what a hash may be compared with.

use std::collections::HashMap;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::tokens::decode::Layout;

/// A shorter match may be chance.
const SHORTEST: usize = 8;

/// The distinct values of one part of the tokens.
struct Part {
    /// By the first eight bytes: the value and the token.
    values: HashMap<[u8; 8], Vec<(Vec<u8>, usize)>>,
    length: usize,
    /// Whether any begins with zeros, as small numbers do that are written wide.
    has_zeros: bool,
}

pub(super) struct Targets {
    parts: Vec<Part>,
    /// The tokens as they are written: `uniqid()` of PHP has an odd number of digits and is no bytes.
    texts: Option<Part>,
}

impl Targets {
    pub(super) fn of(layout: &Layout) -> Self {
        let rows = layout.fields.iter().filter_map(|field| field.bytes.as_ref());
        let texts: Vec<Vec<u8>> = layout.texts.iter().map(|text| text.clone().into_bytes()).collect();
        let is_plain = layout.readable.is_none() && !layout.fields.is_empty();
        Self {
            parts: rows.filter_map(|rows| Part::of(rows)).collect(),
            texts: Part::of(&texts).filter(|_| is_plain),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.texts.is_none()
    }

    /// How this guess makes tokens, and which.
    pub(super) fn matching(&self, guess: &[u8]) -> Vec<(&'static str, usize)> {
        let mut found = Vec::new();
        for part in &self.parts {
            // A hash that is longer may have been cut; one that is shorter is none.
            if part.length <= 16 {
                part.compare("MD5 hashes", &Md5::digest(guess), &mut found);
            }
            if part.length <= 20 {
                part.compare("SHA-1 hashes", &Sha1::digest(guess), &mut found);
            }
            if part.length <= 32 {
                part.compare("SHA-256 hashes", &Sha256::digest(guess), &mut found);
            }
            if part.length == guess.len() {
                part.compare("encodings", guess, &mut found);
            } else if part.has_zeros && guess.len() == SHORTEST && part.length > SHORTEST {
                let mut wide = vec![0; part.length - SHORTEST];
                wide.extend_from_slice(guess);
                part.compare("encodings", &wide, &mut found);
            }
        }
        if let Some(texts) = &self.texts
            && texts.length == guess.len()
        {
            texts.compare("other spellings", guess, &mut found);
        }
        found
    }
}

impl Part {
    fn of(rows: &[Vec<u8>]) -> Option<Self> {
        let length = rows.first()?.len();
        let mut values: HashMap<[u8; 8], Vec<(Vec<u8>, usize)>> = HashMap::new();
        for (token, row) in rows.iter().enumerate() {
            let same = values.entry(*row.first_chunk::<SHORTEST>()?).or_default();
            // The same token twice is one to be matched.
            if same.iter().all(|(other, _)| other != row) {
                same.push((row.clone(), token));
            }
        }
        let has_zeros = values.contains_key(&[0; SHORTEST]);
        Some(Self { values, length, has_zeros })
    }

    fn compare(&self, how: &'static str, made: &[u8], found: &mut Vec<(&'static str, usize)>) {
        let Some(begin) = made.first_chunk::<SHORTEST>() else { return };
        for (value, token) in self.values.get(begin).into_iter().flatten() {
            if made.get(..value.len()) == Some(value) {
                found.push((how, *token));
            }
        }
    }
}
