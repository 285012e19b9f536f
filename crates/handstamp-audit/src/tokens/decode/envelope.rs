//! Tokens that carry something readable: JWT, signed cookies, JSON, compressed or not.

use std::io::Read as _;

use base64::{Engine as _, alphabet, engine};
use serde_json::Value;

/// The most that is unpacked of one token: a bomb is no token.
const MOST_UNPACKED: u64 = 65_536;

/// What can be read of a token.
pub(in crate::tokens) struct Readable {
    /// The format, in a few words.
    pub(in crate::tokens) format: &'static str,
    /// The names of what it says.
    pub(in crate::tokens) names: Vec<String>,
    /// All of it, to be searched for what is said of a person.
    pub(in crate::tokens) text: String,
}

/// What can be read of this token, if it carries something.
pub(in crate::tokens) fn readable(token: &str) -> Option<Readable> {
    let parts: Vec<_> = token.split('.').collect();
    if let [header, payload, _] = parts.as_slice()
        && let Some(Value::Object(header)) = json_in(header)
        && header.contains_key("alg")
        && let Some(payload) = json_in(payload)
    {
        return Some(told("a JWT", &payload));
    }
    // Frameworks write `s:`, `j:` or a dot (for compressed) before, and signatures behind.
    let token = token.strip_prefix("s:").unwrap_or(token).trim_start_matches(['.', '"']);
    let token = token.strip_prefix("j:").unwrap_or(token);
    if let Some(value) = json_text(token.as_bytes()) {
        return Some(told("JSON", &value));
    }
    let mut parts = token.split(['.', ':', '|']).flat_map(|part| part.split("--"));
    let value = parts.find_map(json_in)?;
    Some(told("signed or bare JSON", &value))
}

fn told(format: &'static str, value: &Value) -> Readable {
    let names = match value {
        Value::Object(map) => map.keys().cloned().collect(),
        _ => Vec::new(),
    };
    Readable { format, names, text: value.to_string() }
}

/// JSON that is written as base64 of one kind or the other, and perhaps compressed.
fn json_in(part: &str) -> Option<Value> {
    let part = part.trim_end_matches('=');
    if part.len() < 3 {
        return None;
    }
    let config = engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let bytes = [alphabet::URL_SAFE, alphabet::STANDARD]
        .iter()
        .find_map(|alphabet| engine::GeneralPurpose::new(alphabet, config).decode(part).ok())?;
    json_text(&bytes).or_else(|| json_text(&unpacked(&bytes)?))
}

/// Objects and lists only: digits alone are JSON too, and mean nothing.
fn json_text(bytes: &[u8]) -> Option<Value> {
    let value = serde_json::from_slice(bytes).ok()?;
    matches!(value, Value::Object(_) | Value::Array(_)).then_some(value)
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    flate2::read::ZlibDecoder::new(bytes).take(MOST_UNPACKED).read_to_end(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn formats_of_frameworks_are_read() {
        let json = br#"{"user":"alice"}"#;
        let plain = BASE64_URL_SAFE_NO_PAD.encode(json);
        let jwt = format!("{}.{plain}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256"}"#));
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(json).unwrap();
        let flask = format!(".{}.aSig.bSig", BASE64_URL_SAFE_NO_PAD.encode(zlib.finish().unwrap()));
        let rails = format!("{}--0123456789abcdef", BASE64_STANDARD.encode(json));
        for (token, format) in [(jwt, "a JWT"), (flask, "signed"), (rails, "signed"), (plain, "signed")] {
            let found = readable(&token).unwrap();
            assert!(found.format.starts_with(format), "{}", found.format);
            assert_eq!(found.names, ["user"]);
            assert!(found.text.contains("alice"));
        }
    }

    #[test]
    fn random_text_carries_nothing() {
        assert!(readable("0123456789abcdef0123456789abcdef").is_none());
        assert!(readable("s:12345678.aGVsbG8").is_none());
    }
}
