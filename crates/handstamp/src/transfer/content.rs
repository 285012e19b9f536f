//! Bytes that a store keeps for the engine, as they stand in a line: readable where they can be, and
//! the same bytes again after reading.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::Error};
use serde_json::value::RawValue;

/// Opaque bytes of a record or of data.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Content {
    /// One byte of format, then JSON: what the engine itself writes.
    Json(Formatted),
    /// Whatever else they are.
    Base64url(Bytes),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Formatted {
    format: u8,
    /// Kept as text, so that not a digit changes on the way.
    value: Box<RawValue>,
}

impl Content {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let formatted = bytes.split_first().and_then(|(&format, json)| {
            let value: Box<RawValue> = serde_json::from_slice(json).ok()?;
            // A line break would end the line, and space around the value would be lost.
            let is_whole =
                value.get().len() == json.len() && !json.iter().any(|b| matches!(b, b'\n' | b'\r'));
            is_whole.then_some(Formatted { format, value })
        });
        formatted.map_or_else(|| Self::Base64url(Bytes(bytes.to_vec())), Self::Json)
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Json(Formatted { format, value }) => {
                let mut bytes = vec![format];
                bytes.extend_from_slice(value.get().as_bytes());
                bytes
            }
            Self::Base64url(Bytes(bytes)) => bytes,
        }
    }
}

/// Bytes of any length as unpadded base64url.
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes());
        bytes.map(Self).map_err(|_| D::Error::custom("expected base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(bytes: &[u8]) -> String {
        let line = serde_json::to_string(&Content::of(bytes)).unwrap();
        assert!(!line.contains(['\n', '\r']), "{line}");
        let again: Content = serde_json::from_str(&line).unwrap();
        assert_eq!(&*again.into_bytes(), bytes, "{line}");
        line
    }

    #[test]
    fn what_the_engine_writes_stays_readable_to_the_letter() {
        let line = there_and_back(b"\x01{\"price\":1.50,\"big\":123456789012345678901234567890}");
        let text = r#"{"json":{"format":1,"value":{"price":1.50,"big":123456789012345678901234567890}}}"#;
        assert_eq!(line, text);
        there_and_back("\u{1}{\"name\":\"caf\u{e9} \u{2028}\"}".as_bytes());
    }

    #[test]
    fn whatever_else_lies_there_comes_back_too() {
        assert_eq!(there_and_back(b""), r#"{"base64url":""}"#);
        for bytes in [
            b"\x01".as_slice(),
            b"the record",
            b"\xff\xfe",
            b"\x01{\"a\":\n1}",
            b"\x01 {\"a\":1}",
            b"\x01{\"a\":1} ",
            b"\x01{\"a\":\"\xff\"}",
            b"\x01{\"a\":1}{}",
        ] {
            assert!(there_and_back(bytes).starts_with(r#"{"base64url":"#));
        }
    }
}
