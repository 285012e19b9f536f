//! The lines of an archive.
//!
//! * `{"handstamp_log":1,"realm":"default","position":"log_..."}`: everything up to this position stands
//!   before this line. The first line is one.
//! * The same with `"gap":{"missing":12}`: that many entries are missing here, or an unknown number
//!   (`null`) because the store is another one; it goes on after this position.
//! * `{"format":1,"entry":{...}}`: an entry as the store keeps it, with its cell and its position there.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{encoding::FORMAT, id::Cell, log::Entry, realm::RealmName};

use super::LogPosition;

/// The version of the archive's lines.
pub(super) const VERSION: u32 = 1;
/// How every line that says a position begins, and with it every archive.
pub(super) const POSITION_START: &[u8] = b"{\"handstamp_log\":";

#[derive(Serialize, Deserialize)]
pub(super) struct PositionLine {
    pub(super) handstamp_log: u32,
    pub(super) realm: RealmName,
    pub(super) position: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gap: Option<Gap>,
}

#[derive(Serialize, Deserialize)]
struct Gap {
    missing: Option<u64>,
}

#[derive(Deserialize)]
struct EntryLine<'a> {
    format: u8,
    #[serde(borrow)]
    entry: &'a RawValue,
}

/// What of an entry says where it belongs.
#[derive(Deserialize)]
pub(super) struct Place {
    pub(super) cell: Cell,
    pub(super) position: u64,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    change: Change<'a>,
}

#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

/// No kind of change has a longer name, nor will one: what is longer is no name.
const LONGEST_KIND: usize = 64;

/// Where the entry of a line belongs; `None` if this is no line of an entry. One of a format that this program
/// knows is read whole: of a damaged line that still is JSON, the parts need not belong together.
pub(super) fn place_in(line: &[u8]) -> Option<Place> {
    let EntryLine { format, entry } = serde_json::from_slice(line).ok()?;
    if format <= FORMAT {
        Entry::decode(&[&[format], entry.get().as_bytes()].concat()).ok()?;
        // A kind that this program does not know is no damage; one that goes on into another line is.
        let Named { change } = serde_json::from_str(entry.get()).ok()?;
        if change.kind.len() > LONGEST_KIND {
            return None;
        }
    }
    serde_json::from_str(entry.get()).ok()
}

pub(super) fn position_line(realm: &RealmName, position: &LogPosition) -> Vec<u8> {
    encode(realm, position, None)
}

pub(super) fn gap_line(realm: &RealmName, position: &LogPosition, missing: Option<u64>) -> Vec<u8> {
    encode(realm, position, Some(Gap { missing }))
}

fn encode(realm: &RealmName, position: &LogPosition, gap: Option<Gap>) -> Vec<u8> {
    let line =
        PositionLine { handstamp_log: VERSION, realm: realm.clone(), position: position.to_string(), gap };
    let mut bytes = Vec::with_capacity(3072);
    // Our own types have string keys and no failing implementations.
    if let Err(error) = serde_json::to_writer(&mut bytes, &line) {
        unreachable!("a line of ours could not be encoded: {error}");
    }
    bytes.push(b'\n');
    bytes
}

/// Appends the line of an entry: its byte of format as a number, then its JSON.
pub(super) fn entry_line(entry: &Entry, lines: &mut Vec<u8>) {
    let encoded = entry.encode();
    let Some((format, json)) = encoded.split_first() else { return };
    lines.extend_from_slice(format!("{{\"format\":{format},\"entry\":").as_bytes());
    lines.extend_from_slice(json);
    lines.extend_from_slice(b"}\n");
}
