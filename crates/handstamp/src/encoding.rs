//! How records, data and log entries become bytes: one byte of format version, then JSON.
//!
//! A program reads every format up to its own and keeps fields that it does not know, so that
//! versions N and N+1 run side by side. Nothing that cannot be read is ever taken for empty.

use serde::{Deserialize, Serialize};

/// The newest format that this program reads and the one that it writes.
pub(crate) const FORMAT: u8 = 1;

/// Stored bytes that cannot be read. They are left as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Corrupt {
    /// Written by a later version of this library.
    #[error(
        "{what} is in format {found}, this program reads up to {FORMAT}: bring all nodes to the newer version"
    )]
    #[non_exhaustive]
    Newer {
        /// What was read.
        what: &'static str,
        /// Its format.
        found: u8,
    },
    /// Not what was written.
    #[error("{what} cannot be read: {reason}")]
    #[non_exhaustive]
    Unreadable {
        /// What was read.
        what: &'static str,
        /// What did not fit, without any of the content.
        reason: String,
    },
}

pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = vec![FORMAT];
    // Our own types have string keys and no failing implementations; a test encodes each of them.
    if let Err(error) = serde_json::to_writer(&mut bytes, value) {
        unreachable!("a value of ours could not be encoded: {error}");
    }
    bytes
}

pub(crate) fn decode<'a, T: Deserialize<'a>>(what: &'static str, bytes: &'a [u8]) -> Result<T, Corrupt> {
    match bytes.split_first() {
        None => Err(Corrupt::Unreadable { what, reason: "it is empty".into() }),
        Some((&found, _)) if found > FORMAT => Err(Corrupt::Newer { what, found }),
        Some((0, _)) => Err(Corrupt::Unreadable { what, reason: "there is no format 0".into() }),
        Some((_, json)) => serde_json::from_slice(json).map_err(|error| Corrupt::Unreadable {
            what,
            // Only the kind and place: the message itself may quote content.
            reason: format!("{:?} error at column {}", error.classify(), error.column()),
        }),
    }
}

/// Fixed bytes as unpadded base64url, for `#[serde(with)]`.
pub(crate) mod base64url {
    use std::borrow::Cow;

    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let mut bytes = [0; N];
        match URL_SAFE_NO_PAD.decode_slice(text.as_bytes(), &mut bytes) {
            Ok(length) if length == N => Ok(bytes),
            _ => Err(D::Error::custom(format_args!("expected {N} bytes as base64url"))),
        }
    }
}
