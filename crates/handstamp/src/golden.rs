//! Bytes of format 1 as they were written once, read for ever.
//!
//! The files lie in `tests/formats/v1` and are never changed. A new format adds a folder beside them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value;

use crate::{
    encoding::Corrupt,
    log::{Change, Entry},
    record::{Record, Rotation},
    slot::SlotData,
};

fn files(kind: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/formats/v1");
    let named =
        |file: fs::DirEntry| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap());
    let all = fs::read_dir(folder).unwrap().map(|file| named(file.unwrap()));
    all.filter(|(name, _)| name.starts_with(kind)).collect()
}

/// Reads each file and writes it again: byte for byte the same, unless it is listed.
fn read_back(kind: &str, count: usize, differ: &[&str], again: impl Fn(&[u8]) -> Result<Vec<u8>, Corrupt>) {
    let files = files(kind);
    assert_eq!(files.len(), count, "a golden file was lost or is not counted");
    for (name, bytes) in files {
        let written = again(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(written == bytes, !differ.contains(&name.as_str()), "{name}");
        // What is written otherwise is read as the same thing.
        assert_eq!(again(&written).unwrap(), written, "{name}");
        assert_kept(&name, &bytes, &written);
    }
}

/// No field that was there is lost, whoever knows it.
fn assert_kept(name: &str, before: &[u8], after: &[u8]) {
    if name == "entry-of-a-later-kind" {
        return;
    }
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(&bytes[1..]).unwrap();
    let (before, after) = (json(before), json(after));
    for (field, value) in before.as_object().unwrap() {
        assert_eq!(after.get(field), Some(value), "{name}: {field}");
    }
}

#[test]
fn records_of_format_1_are_read_and_written_as_they_were() {
    // The shortest leaves out what has a default; writing spells it out.
    read_back("record-", 7, &["record-shortest"], |bytes| {
        Record::decode(bytes).map(|record| record.encode())
    });
}

#[test]
fn data_of_format_1_is_read_and_written_as_it_was() {
    read_back("data-", 2, &[], |bytes| SlotData::decode(bytes).map(|data| data.encode()));
}

#[test]
fn entries_of_format_1_are_read_and_written_as_they_were() {
    // A kind that is not known can be passed over, not passed on.
    read_back("entry-", 22, &["entry-of-a-later-kind"], |bytes| {
        Entry::decode(bytes).map(|entry| entry.encode())
    });
}

#[test]
fn golden_records_say_what_they_said() {
    let records = files("record-");
    let record = |name: &str| Record::decode(&records[name]).unwrap();
    let signed_in = record("record-signed-in");
    assert_eq!(signed_in.generation.number(), 3);
    assert_eq!(signed_in.proof.as_ref().unwrap().methods, ["pwd", "otp"]);
    assert!(signed_in.authorisations.allow("billing"));
    assert_eq!(signed_in.device.label(), "Firefox on Windows");
    assert!(matches!(record("record-renewed").rotation, Rotation::Renewed { presented: None, .. }));
    assert!(matches!(
        record("record-renewed-presented").rotation,
        Rotation::Renewed { presented: Some(_), .. }
    ));
    let privileged = record("record-privileged");
    assert!(matches!(privileged.rotation, Rotation::Privileged { since, .. } if since.number() == 4));
    assert!(matches!(record("record-shortest").rotation, Rotation::Settled));
    assert_eq!(record("record-with-later-fields").unknown.len(), 2);
}

#[test]
fn golden_entries_know_their_kind() {
    for (name, bytes) in files("entry-") {
        let later = Entry::decode(&bytes).unwrap().change == Change::Later;
        assert_eq!(later, name == "entry-of-a-later-kind", "{name}");
    }
}

/// Whatever lies in a store, in whatever part, is read or refused; nothing is taken for empty.
#[test]
fn every_golden_file_cut_short_or_of_another_format_is_refused() {
    let read = |name: &str, bytes: &[u8]| match name.split('-').next() {
        Some("record") => Record::decode(bytes).map(drop),
        Some("data") => SlotData::decode(bytes).map(drop),
        _ => Entry::decode(bytes).map(drop),
    };
    for (name, bytes) in files("") {
        for cut in 1..bytes.len() {
            assert!(
                matches!(read(&name, &bytes[..cut]), Err(Corrupt::Unreadable { .. })),
                "{name} cut at {cut}"
            );
        }
        let other = |format: u8| [&[format], &bytes[1..]].concat();
        assert!(matches!(read(&name, &other(0)), Err(Corrupt::Unreadable { .. })), "{name}");
        assert!(matches!(read(&name, &other(2)), Err(Corrupt::Newer { found: 2, .. })), "{name}");
    }
}
