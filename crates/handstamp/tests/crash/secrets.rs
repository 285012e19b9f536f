//! Looking for many secrets in many bytes, in one pass.

use std::{collections::HashMap, fmt::Write};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// The bytes by which a piece is looked up.
const START: usize = 8;

/// Pieces of secrets, by their first bytes. A piece is long enough not to be met by chance.
#[derive(Default)]
pub(crate) struct Secrets(HashMap<[u8; START], Vec<(Vec<u8>, &'static str)>>);

impl Secrets {
    /// Adds a secret in every form in which somebody may have written it down.
    pub(crate) fn add(&mut self, secret: &[u8]) {
        self.pieces("raw bytes", secret, START);
        for capitals in [false, true] {
            self.pieces("hex", in_hex(secret, capitals).as_bytes(), 16);
        }
        // The three ways in which it can lie in groups of three bytes.
        for skip in 0..3 {
            for text in [URL_SAFE_NO_PAD.encode(&secret[skip..]), STANDARD_NO_PAD.encode(&secret[skip..])] {
                // The last group may hold bits of what follows.
                self.pieces("base64", &text.as_bytes()[..text.len() / 4 * 4], 12);
            }
        }
        for part in secret.windows(6) {
            self.piece(
                "JSON of bytes",
                part.iter().map(u8::to_string).collect::<Vec<_>>().join(",").as_bytes(),
            );
        }
    }

    /// The form in which any of the secrets stands there.
    pub(crate) fn found_in(&self, hay: &[u8]) -> Option<&'static str> {
        let mut filter = vec![false; 1 << 16];
        for start in self.0.keys() {
            filter[place(*start)] = true;
        }
        hay.windows(START).enumerate().find_map(|(at, window)| {
            let start: [u8; START] = window.try_into().ok()?;
            // Nearly everything ends here.
            if !filter[place(start)] {
                return None;
            }
            let (_, form) = self.0.get(&start)?.iter().find(|(piece, _)| hay[at..].starts_with(piece))?;
            Some(*form)
        })
    }

    fn pieces(&mut self, form: &'static str, whole: &[u8], length: usize) {
        for piece in whole.windows(length) {
            self.piece(form, piece);
        }
    }

    fn piece(&mut self, form: &'static str, piece: &[u8]) {
        let start = piece[..START].try_into().unwrap();
        self.0.entry(start).or_default().push((piece.to_vec(), form));
    }
}

fn place(start: [u8; START]) -> usize {
    usize::try_from(u64::from_le_bytes(start).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48).unwrap()
}

fn in_hex(bytes: &[u8], capitals: bool) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = if capitals { write!(text, "{byte:02X}") } else { write!(text, "{byte:02x}") };
        text
    })
}

#[test]
fn a_secret_is_found_in_every_form() {
    let secret: Vec<u8> = (0..32).map(|byte: u8| byte.wrapping_mul(37) ^ 0x5a).collect();
    let mut secrets = Secrets::default();
    secrets.add(&secret);
    let around = |text: &[u8]| [&[7; 100], text, &[9; 100]].concat();
    for before in [&b""[..], b"x", b"xy"] {
        let whole = [before, &secret, b"z"].concat();
        let url = around(URL_SAFE_NO_PAD.encode(&whole).as_bytes());
        assert_eq!(secrets.found_in(&url), Some("base64"));
        assert_eq!(secrets.found_in(&around(STANDARD_NO_PAD.encode(&whole).as_bytes())), Some("base64"));
    }
    assert_eq!(secrets.found_in(&around(&secret[10..18])), Some("raw bytes"));
    assert_eq!(secrets.found_in(&around(in_hex(&secret[3..12], true).as_bytes())), Some("hex"));
    assert_eq!(
        secrets.found_in(&around(format!("{secret:?}").replace(' ', "").as_bytes())),
        Some("JSON of bytes")
    );
    assert_eq!(secrets.found_in(&around(&secret[10..17])), None, "a piece too short to be one");
}
