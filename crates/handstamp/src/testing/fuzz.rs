//! What the targets in `fuzz/` call: everything that reads bytes from a network or a disk. None of it may
//! panic, and whatever is read must be written and read again.
//!
//! The same functions run in the normal tests, on random bytes and on golden files with changes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    log::{Entry, LogPosition},
    realm::RealmName,
    record::Record,
    slot::SlotData,
    token::{KeyRing, Presented, RealmKey, TOKEN_PREFIX},
};

/// A key that everybody knows, so that what is found once is found again.
const KEY: &str = "hsk1_7-Rz7Jx4IKbNp-1nqEA4sDp-YrkDBeJpVChO-vbZSRM";

/// What a client sends as a token.
///
/// # Panics
///
/// If one value had two spellings.
pub fn token(bytes: &[u8]) {
    let Some(presented) = Presented::parse(bytes) else { return };
    if let Ok(key) = RealmKey::parse(KEY) {
        KeyRing::new(&RealmName::default(), key).verify(&presented);
    }
    let body = &bytes[TOKEN_PREFIX.len()..];
    let spelled = URL_SAFE_NO_PAD.decode(body).map(|body| URL_SAFE_NO_PAD.encode(body));
    assert_eq!(spelled.as_deref().map(str::as_bytes), Ok(body));
}

/// What a client sends as `Cookie` lines; a line ends with a newline here.
///
/// # Panics
///
/// If what was found could not have been sent as one cookie.
#[cfg(feature = "web")]
pub fn cookie_header(bytes: &[u8]) {
    use crate::web::{Found, find};

    const NAME: &[u8] = b"__Host-Http-session";
    let lines = || bytes.split(|byte| *byte == b'\n');
    if let Found::One(value) = find(NAME, lines()) {
        assert!(!value.contains(&b';'));
        let sent = [NAME, b"=", value].concat();
        assert!(lines().any(|line| line.windows(sent.len()).any(|part| part == sent)));
        token(value);
    }
}

/// What a store has as a session's record and data.
///
/// # Panics
///
/// If it was read and what is written of it is not.
pub fn stored_record(bytes: &[u8]) {
    if let Ok(record) = Record::decode(bytes) {
        assert!(Record::decode(&record.encode()).is_ok());
    }
    if let Ok(data) = SlotData::decode(bytes) {
        assert!(SlotData::decode(&data.encode()).is_ok());
        assert!(SlotData::decode(&data.carried().encode()).is_ok());
        data.export();
    }
}

/// What a store has as an entry of the change log, and what an application kept as a position in it.
///
/// # Panics
///
/// If it was read and what is written of it is not.
pub fn log_entry(bytes: &[u8]) {
    if let Ok(entry) = Entry::decode(bytes) {
        assert!(Entry::decode(&entry.encode()).is_ok());
        entry.ended();
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(position) = text.parse::<LogPosition>()
    {
        assert_eq!(position.to_string(), text);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8]) {
        token(bytes);
        #[cfg(feature = "web")]
        cookie_header(bytes);
        stored_record(bytes);
        log_entry(bytes);
    }

    fn golden() -> Vec<Vec<u8>> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/formats/v1");
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|file| fs::read(file).unwrap()).collect()
    }

    /// Bytes that look like JSON are more telling than noise.
    fn changed() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            Just(b"null".to_vec()),
            Just(b"-1e999".to_vec()),
            Just(b"18446744073709551616".to_vec()),
            Just(b"\"\"".to_vec()),
            Just(b"[[[[[[[[".to_vec()),
            Just(b"{\"".to_vec()),
            Just("\u{202e}\u{0}\\ud800".as_bytes().to_vec()),
        ];
        let golden = golden();
        let change = (any::<prop::sample::Index>(), 0..20usize, piece);
        (0..golden.len(), prop::collection::vec(change, 1..4)).prop_map(move |(which, changes)| {
            let mut bytes = golden[which].clone();
            for (at, less, more) in changes {
                let start = at.index(bytes.len() + 1);
                let end = (start + less).min(bytes.len());
                bytes.splice(start..end, more);
            }
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            all(&bytes);
            all(&[b"\x01{".as_slice(), &bytes].concat());
            all(&[b"__Host-Http-session=hst1_".as_slice(), &bytes].concat());
        }

        #[test]
        fn changed_golden_files_do_no_harm(bytes in changed()) {
            all(&bytes);
        }
    }

    #[test]
    fn golden_files_and_deep_nesting_do_no_harm() {
        for bytes in golden() {
            all(&bytes);
        }
        for open in ["[", "{\"a\":", "{\"slots\":{\"a\":{\"value\":["] {
            let deep = format!("\u{1}{{\"slots\":{{}},\"x\":{}", open.repeat(100_000));
            all(deep.as_bytes());
        }
    }
}
