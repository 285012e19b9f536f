//! How rows become bytes.
//!
//! A session's row begins with what the sweep needs to pass it over, at fixed places, so that a walk
//! through a million of them decodes none that has nothing to do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    encoding::Corrupt,
    id::{SessionId, WriteId},
    policy::{SessionClass, Shorter},
    realm::AccountId,
    reason::Ending,
    store::{
        AccountState, CellState, ControlBlob, Epoch, SessionKey, StoredSession, StoredState,
        local::{CellMeta, Glance},
    },
    time::Timestamp,
};

/// The newest format of rows that this program reads, and the one that it writes.
const FORMAT: u8 = 1;

const ENDED: u8 = 1;
const SPECIAL: u8 = 2;
/// Format, flags, four times and epochs, length of what follows.
const FIXED: usize = 2 + 4 * 8 + 4;

/// The part of a session that is read as a whole.
#[derive(Serialize, Deserialize)]
struct Head {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    class: SessionClass,
    created_at: Timestamp,
    #[serde(default)]
    shorter: Shorter,
    account_epoch: Epoch,
    privilege: Epoch,
    #[serde(default)]
    unsettled: bool,
    write: WriteId,
    data_write: WriteId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaces: Option<SessionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ending: Option<Ending>,
}

pub(super) fn encode_session(session: &StoredSession) -> Vec<u8> {
    let glance = Glance::of(session);
    let ending = match &session.state {
        StoredState::Live => None,
        StoredState::Ended(ending) => Some(ending.clone()),
    };
    let head = Head {
        account: session.account.clone(),
        class: session.class,
        created_at: session.created_at,
        shorter: session.shorter,
        account_epoch: session.account_epoch,
        privilege: session.privilege,
        unsettled: session.unsettled,
        write: session.write,
        data_write: session.data_write,
        replaces: session.replaces,
        ending,
    };
    let mut row = Vec::with_capacity(FIXED + 512 + session.body.len() + session.data.len());
    let flags = if glance.ended_at.is_some() { ENDED } else { 0 } | if glance.special { SPECIAL } else { 0 };
    row.extend([FORMAT, flags]);
    let ended_at = glance.ended_at.unwrap_or_default();
    for number in [
        session.proven_at.as_millis(),
        session.last_use.as_millis(),
        session.cell_epoch.number(),
        ended_at.as_millis(),
    ] {
        row.extend(number.to_be_bytes());
    }
    row.extend([0; 4]);
    // Our own types have string keys and no failing implementations; a test encodes them.
    if let Err(error) = serde_json::to_writer(&mut row, &head) {
        unreachable!("a session's row could not be encoded: {error}");
    }
    let head = length(row.len() - FIXED);
    row[FIXED - 4..FIXED].copy_from_slice(&head);
    row.extend(length(session.body.len()));
    row.extend_from_slice(&session.body);
    row.extend_from_slice(&session.data);
    row
}

/// Lengths are bounded by the limits on records and data, far below four gigabytes.
fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

pub(super) fn decode_session(key: &SessionKey, bytes: &[u8]) -> Result<StoredSession, Corrupt> {
    const WHAT: &str = "session row";
    check(WHAT, bytes)?;
    let mut rest = Reader { what: WHAT, bytes: &bytes[2..] };
    let (proven_at, last_use) = (rest.time()?, rest.time()?);
    let (cell_epoch, _ended_at) = (Epoch::new(rest.number()?), rest.time()?);
    let head = rest.counted()?;
    let head: Head = serde_json::from_slice(head).map_err(|error| Corrupt::Unreadable {
        what: WHAT,
        // Only the kind and place: the message itself may quote content.
        reason: format!("{:?} error at column {}", error.classify(), error.column()),
    })?;
    let body = rest.counted()?;
    Ok(StoredSession {
        key: key.clone(),
        account: head.account,
        class: head.class,
        created_at: head.created_at,
        proven_at,
        shorter: head.shorter,
        account_epoch: head.account_epoch,
        cell_epoch,
        privilege: head.privilege,
        unsettled: head.unsettled,
        write: head.write,
        data_write: head.data_write,
        replaces: head.replaces,
        state: head.ending.map_or(StoredState::Live, StoredState::Ended),
        last_use,
        body: body.into(),
        data: Arc::from(rest.bytes),
    })
}

/// What stands at fixed places, without decoding the rest.
pub(super) fn glance(bytes: &[u8]) -> Result<Glance, Corrupt> {
    const WHAT: &str = "session row";
    check(WHAT, bytes)?;
    let flags = bytes.get(1).copied().unwrap_or_default();
    let mut rest = Reader { what: WHAT, bytes: bytes.get(2..).unwrap_or_default() };
    let (proven_at, last_use) = (rest.time()?, rest.time()?);
    let (cell_epoch, ended_at) = (Epoch::new(rest.number()?), rest.time()?);
    let ended_at = (flags & ENDED != 0).then_some(ended_at);
    Ok(Glance { proven_at, last_use, cell_epoch, ended_at, special: flags & SPECIAL != 0 })
}

/// A cell's row: what the rules keep, and counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CellRow {
    pub(super) meta: CellMeta,
    pub(super) live: u64,
    pub(super) ended: u64,
    pub(super) accounts: u64,
    pub(super) entries: u64,
}

pub(super) fn encode_cell(cell: &CellRow) -> Vec<u8> {
    let CellMeta { floor, latest, written, first } = cell.meta;
    let numbers = [floor.number(), latest.as_millis(), written, first];
    let counts = [cell.live, cell.ended, cell.accounts, cell.entries];
    numbered(&[&numbers[..], &counts[..]].concat())
}

pub(super) fn decode_cell(bytes: &[u8]) -> Result<CellRow, Corrupt> {
    let mut rest = reader("cell row", bytes)?;
    let (floor, latest) = (Epoch::new(rest.number()?), rest.time()?);
    let meta = CellMeta { floor, latest, written: rest.number()?, first: rest.number()? };
    let (live, ended) = (rest.number()?, rest.number()?);
    Ok(CellRow { meta, live, ended, accounts: rest.number()?, entries: rest.number()? })
}

pub(super) fn encode_account(state: &AccountState) -> Vec<u8> {
    numbered(&[state.epoch.number(), u64::from(state.held), state.changed_at.as_millis()])
}

pub(super) fn decode_account(bytes: &[u8]) -> Result<AccountState, Corrupt> {
    let mut rest = reader("account row", bytes)?;
    let (epoch, held) = (Epoch::new(rest.number()?), rest.number()? != 0);
    Ok(AccountState { epoch, held, changed_at: rest.time()? })
}

pub(super) fn encode_realm(state: CellState) -> Vec<u8> {
    numbered(&[state.epoch.number(), state.ended_at.as_millis()])
}

pub(super) fn decode_realm(bytes: &[u8]) -> Result<CellState, Corrupt> {
    let mut rest = reader("realm row", bytes)?;
    Ok(CellState { epoch: Epoch::new(rest.number()?), ended_at: rest.time()? })
}

pub(super) fn encode_control(blob: &ControlBlob) -> Vec<u8> {
    let mut row = numbered(&[blob.version]);
    row.extend_from_slice(&blob.bytes);
    row
}

pub(super) fn decode_control(bytes: &[u8]) -> Result<ControlBlob, Corrupt> {
    let mut rest = reader("control blob", bytes)?;
    Ok(ControlBlob { version: rest.number()?, bytes: rest.bytes.to_vec() })
}

pub(super) fn encode_use(at: Timestamp) -> [u8; 8] {
    at.as_millis().to_be_bytes()
}

pub(super) fn decode_use(bytes: &[u8]) -> Result<Timestamp, Corrupt> {
    Reader { what: "last use", bytes }.time()
}

fn numbered(numbers: &[u64]) -> Vec<u8> {
    let mut row = vec![FORMAT];
    row.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
    row
}

fn reader<'a>(what: &'static str, bytes: &'a [u8]) -> Result<Reader<'a>, Corrupt> {
    check(what, bytes)?;
    Ok(Reader { what, bytes: &bytes[1..] })
}

fn check(what: &'static str, bytes: &[u8]) -> Result<(), Corrupt> {
    match bytes.first() {
        Some(&FORMAT) if bytes.len() >= 2 => Ok(()),
        Some(&found) if found > FORMAT => Err(Corrupt::Newer { what, found }),
        _ => Err(cut_off(what)),
    }
}

fn cut_off(what: &'static str) -> Corrupt {
    Corrupt::Unreadable { what, reason: "it is cut off or was not written by Handstamp".into() }
}

struct Reader<'a> {
    what: &'static str,
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn number(&mut self) -> Result<u64, Corrupt> {
        let (number, rest) = self.bytes.split_first_chunk::<8>().ok_or_else(|| cut_off(self.what))?;
        self.bytes = rest;
        Ok(u64::from_be_bytes(*number))
    }

    fn time(&mut self) -> Result<Timestamp, Corrupt> {
        self.number().map(Timestamp::from_millis)
    }

    /// Bytes behind their length.
    fn counted(&mut self) -> Result<&'a [u8], Corrupt> {
        let (length, rest) = self.bytes.split_first_chunk::<4>().ok_or_else(|| cut_off(self.what))?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (counted, rest) = rest.split_at_checked(length).ok_or_else(|| cut_off(self.what))?;
        self.bytes = rest;
        Ok(counted)
    }
}
