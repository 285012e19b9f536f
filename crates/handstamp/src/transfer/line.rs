//! One line: an object with one member, whose name says what kind of line it is.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    MARK, VERSION,
    content::Bytes,
    error::FormatError,
    header::{Header, HeaderLine},
    ledger::Counts,
    session::SessionLine,
};
use crate::{
    id::Cell,
    realm::{AccountId, RealmName},
    store::{AccountKey, AccountState, CellState, Epoch, Row},
    time::Timestamp,
};

/// The longest line that is taken. A session has at most 64 KiB of record and data; a control blob is
/// smaller. A file without line breaks must not fill the memory.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// The name of the first line's member, by which an export is known.
const HEADER: &str = "handstamp_export";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    HandstampExport(HeaderLine),
    Control(ControlLine),
    Floor(FloorLine),
    Realm(RealmLine),
    Account(AccountLine),
    Session(Box<SessionLine>),
    End(Footer),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ControlLine {
    name: String,
    bytes: Bytes,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FloorLine {
    cell: Cell,
    epoch: Epoch,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RealmLine {
    realm: RealmName,
    cell: Cell,
    epoch: Epoch,
    ended_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountLine {
    realm: RealmName,
    id: AccountId,
    cell: Cell,
    epoch: Epoch,
    held: bool,
    changed_at: Timestamp,
}

/// The last line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Footer {
    pub(super) rows: Counts,
    /// Changes that the store logged while it was exported.
    pub(super) changed: u64,
    pub(super) sha256: String,
}

impl Line {
    /// Reads the line with this number, from 1.
    pub(super) fn parse(number: u64, bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > MAX_LINE_BYTES {
            return Err(FormatError::TooLong { line: number });
        }
        if number == 1 {
            readable(bytes)?;
        }
        match serde_json::from_slice(bytes) {
            Ok(Self::Control(control)) if control.name == MARK => {
                Err(FormatError::Malformed { line: number, reason: "this control blob is no content".into() })
            }
            Ok(line) => Ok(line),
            Err(error) => Err(unknown_kind(number, bytes).unwrap_or_else(|| FormatError::Malformed {
                line: number,
                // Only the kind and place: the message itself may quote content.
                reason: format!("{:?} error at column {}", error.classify(), error.column()),
            })),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        // Our own types have string keys and no failing implementations.
        if let Err(error) = serde_json::to_writer(&mut bytes, self) {
            unreachable!("a line of ours could not be encoded: {error}");
        }
        bytes
    }
}

/// Is this the first line of an export, of a version that this program reads? Looks at nothing else,
/// because a later version may have a header that looks different.
fn readable(bytes: &[u8]) -> Result<(), FormatError> {
    #[derive(Deserialize)]
    struct Peek {
        handstamp_export: Version,
    }
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    match serde_json::from_slice::<Peek>(bytes) {
        Ok(peek) if peek.handstamp_export.version > VERSION => {
            Err(FormatError::Newer { found: peek.handstamp_export.version })
        }
        Ok(_) => Ok(()),
        Err(_) => Err(FormatError::NotAnExport),
    }
}

/// The error for a line of a kind that is not known, if that is what is wrong with it.
fn unknown_kind(number: u64, bytes: &[u8]) -> Option<FormatError> {
    const KNOWN: [&str; 7] = [HEADER, "control", "floor", "realm", "account", "session", "end"];
    let members: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
    let kind = members.into_iter().map(|(name, _)| name).find(|kind| !KNOWN.contains(&kind.as_str()))?;
    let is_word = kind.len() <= 32 && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    is_word.then_some(FormatError::UnknownKind { line: number, kind })
}

impl From<&Header> for Line {
    fn from(header: &Header) -> Self {
        Self::HandstampExport(header.into())
    }
}

impl From<&Row> for Line {
    fn from(row: &Row) -> Self {
        match row {
            Row::Control { name, bytes } => {
                Self::Control(ControlLine { name: name.clone(), bytes: Bytes(bytes.clone()) })
            }
            Row::Floor { cell, epoch } => Self::Floor(FloorLine { cell: *cell, epoch: *epoch }),
            Row::Realm { realm, cell, state: CellState { epoch, ended_at } } => Self::Realm(RealmLine {
                realm: realm.clone(),
                cell: *cell,
                epoch: *epoch,
                ended_at: *ended_at,
            }),
            Row::Account {
                account: AccountKey { realm, id, cell },
                state: AccountState { epoch, held, changed_at },
            } => Self::Account(AccountLine {
                realm: realm.clone(),
                id: id.clone(),
                cell: *cell,
                epoch: *epoch,
                held: *held,
                changed_at: *changed_at,
            }),
            Row::Session(session) => Self::Session(Box::new((&**session).into())),
        }
    }
}

impl Line {
    /// The row that this line holds; the line itself if it is the first or the last.
    pub(super) fn into_row(self) -> Result<Row, Self> {
        Ok(match self {
            Self::Control(line) => Row::Control { name: line.name, bytes: line.bytes.0 },
            Self::Floor(line) => Row::Floor { cell: line.cell, epoch: line.epoch },
            Self::Realm(line) => Row::Realm {
                realm: line.realm,
                cell: line.cell,
                state: CellState { epoch: line.epoch, ended_at: line.ended_at },
            },
            Self::Account(line) => Row::Account {
                account: AccountKey { realm: line.realm, id: line.id, cell: line.cell },
                state: AccountState { epoch: line.epoch, held: line.held, changed_at: line.changed_at },
            },
            Self::Session(line) => Row::Session(Box::new((*line).into())),
            Self::HandstampExport(_) | Self::End(_) => return Err(self),
        })
    }
}
