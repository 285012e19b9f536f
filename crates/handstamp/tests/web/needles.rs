//! Looking for a secret in whatever form somebody may have written it down.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use handstamp::{TOKEN_LENGTH, TOKEN_PREFIX};

/// Where the secret lies in a token's 63 bytes.
const SECRET: std::ops::Range<usize> = 20..52;

/// Pieces of secrets by their length, each with the name of the form it is in. A piece is long enough
/// not to be met by chance.
#[derive(Default)]
pub struct Needles(HashMap<usize, HashMap<Vec<u8>, &'static str>>);

impl Needles {
    /// Adds the secret half of a token; the other half is its session's public name.
    pub fn token(&mut self, token: &str) {
        assert_eq!(token.len(), TOKEN_LENGTH);
        let bytes = URL_SAFE_NO_PAD.decode(&token[TOKEN_PREFIX.len()..]).expect("a token is base64url");
        self.secret(&bytes[SECRET]);
    }

    /// Adds secret bytes in every form.
    pub fn secret(&mut self, secret: &[u8]) {
        self.pieces("raw bytes", secret, 8, 1);
        self.numbers(secret);
        // The three ways in which the secret can lie in groups of three bytes.
        for skip in 0..3 {
            let url = URL_SAFE_NO_PAD.encode(&secret[skip..]);
            let standard = STANDARD_NO_PAD.encode(&secret[skip..]);
            for (form, text) in [("base64url", &url), ("base64", &standard)] {
                let whole_groups = text.len() / 4 * 4;
                self.pieces(form, &text.as_bytes()[..whole_groups], 12, 1);
            }
            self.pieces("percent-encoded", in_hex("%", url.as_bytes(), true).as_bytes(), 30, 3);
            self.numbers(url.as_bytes());
            for again in (0..3).map(|more| STANDARD_NO_PAD.encode(&url[more..])) {
                self.pieces("base64 twice", &again.as_bytes()[..again.len() / 4 * 4], 16, 4);
            }
        }
    }

    /// Bytes, raw or of a text, as numbers.
    fn numbers(&mut self, bytes: &[u8]) {
        for capitals in [false, true] {
            self.pieces("hex", in_hex("", bytes, capitals).as_bytes(), 16, 2);
        }
        for part in bytes.windows(6) {
            let decimal = part.iter().map(u8::to_string).collect::<Vec<_>>();
            let hex = part.iter().map(|byte| format!("{byte:x}")).collect::<Vec<_>>();
            self.add("Debug of bytes", decimal.join(", ").as_bytes());
            self.add("Debug of bytes in hex", hex.join(", ").as_bytes());
            self.add("JSON of bytes", decimal.join(",").as_bytes());
        }
    }

    /// Adds a text as it is.
    pub fn text(&mut self, text: &str) {
        self.add("text", text.as_bytes());
    }

    fn pieces(&mut self, form: &'static str, whole: &[u8], length: usize, step: usize) {
        for piece in whole.windows(length).step_by(step) {
            self.add(form, piece);
        }
    }

    fn add(&mut self, form: &'static str, piece: &[u8]) {
        self.0.entry(piece.len()).or_default().insert(piece.to_vec(), form);
    }

    /// The forms in which any of the secrets stands in the hay.
    pub fn found_in(&self, hay: &[u8]) -> HashSet<&'static str> {
        let mut found = HashSet::new();
        for (length, needles) in &self.0 {
            found.extend(hay.windows(*length).filter_map(|window| needles.get(window)));
        }
        found
    }
}

fn in_hex(before: &str, bytes: &[u8], capitals: bool) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ =
            if capitals { write!(text, "{before}{byte:02X}") } else { write!(text, "{before}{byte:02x}") };
        text
    })
}

#[test]
fn a_secret_is_found_in_every_form() {
    let bytes: Vec<u8> = (0..63).map(|byte: u8| byte.wrapping_mul(37) ^ 0x5a).collect();
    let token = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(&bytes));
    let mut needles = Needles::default();
    needles.token(&token);
    let secret = &bytes[SECRET];
    for (form, hay) in [
        ("base64url", format!("a line with {token} in it")),
        ("base64url", token[30..60].to_owned()),
        ("base64", STANDARD_NO_PAD.encode(secret)),
        ("base64", STANDARD_NO_PAD.encode(&bytes)),
        ("base64", format!("x{}", STANDARD_NO_PAD.encode(&bytes[19..]))),
        ("hex", in_hex("", secret, false)),
        ("hex", in_hex("", &bytes[33..45], true)),
        ("hex", in_hex("", token.as_bytes(), false)),
        ("percent-encoded", in_hex("%", token.as_bytes(), true)),
        ("Debug of bytes", format!("{bytes:?}")),
        ("Debug of bytes", format!("{:?}", token.as_bytes())),
        ("Debug of bytes in hex", format!("{bytes:x?}")),
        ("JSON of bytes", format!("{bytes:?}").replace(' ', "")),
        ("base64 twice", STANDARD_NO_PAD.encode(&token[5..])),
    ] {
        assert!(needles.found_in(hay.as_bytes()).contains(form), "{form}");
    }
    assert!(needles.found_in(&bytes).contains("raw bytes"));
    let id = format!("ses_{} generation 1", URL_SAFE_NO_PAD.encode(&bytes[..16]));
    assert!(needles.found_in(id.as_bytes()).is_empty(), "the public half is no secret");
}
