//! Following the log, from any position, in this process or the next.

use std::{fmt, str::FromStr, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Entry;
use crate::{
    id::Cell,
    realm::RealmName,
    store::{ChangesPage, Heads, Incarnation, Store, StoreError},
};

/// How far somebody has read. Keep it as text, and go on from it after a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPosition {
    incarnation: Incarnation,
    read: Vec<u64>,
}

/// The text is not a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position in the change log")]
#[non_exhaustive]
pub struct NotAPosition;

impl fmt::Display for LogPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.incarnation.as_bytes().to_vec();
        bytes.extend(self.read.iter().flat_map(|position| position.to_be_bytes()));
        write!(f, "log_{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for LogPosition {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let body = text.strip_prefix("log_").ok_or(NotAPosition)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| NotAPosition)?;
        let (incarnation, positions) = bytes.split_first_chunk::<16>().ok_or(NotAPosition)?;
        let (positions, rest) = positions.as_chunks::<8>();
        if positions.len() != Cell::COUNT || !rest.is_empty() {
            return Err(NotAPosition);
        }
        let read = positions.iter().map(|position| u64::from_be_bytes(*position)).collect();
        Ok(Self { incarnation: Incarnation::from_bytes(*incarnation), read })
    }
}

/// What a reader is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LogNews {
    /// What changed since, ordered within each account.
    Entries(Vec<Entry>),
    /// Entries are missing: the reader was away for longer than the log is kept, or the store is
    /// another one. Read the sessions again; the reader now stands at the end of the log.
    Behind,
}

/// Follows the change log.
pub struct LogReader {
    store: Arc<dyn Store>,
    realm: RealmName,
    position: LogPosition,
    /// The cell to begin with: they take turns, so that a busy one starves no other.
    turn: u8,
}

impl LogReader {
    /// Begins at the end of the log.
    pub(crate) async fn at_end(store: Arc<dyn Store>, realm: RealmName) -> Result<Self, StoreError> {
        let position = LogPosition::at(store.heads().await?);
        Ok(Self { store, realm, position, turn: 0 })
    }

    /// Begins with the first entry ever written; told to be behind if that has been forgotten.
    pub(crate) async fn at_start(store: Arc<dyn Store>, realm: RealmName) -> Result<Self, StoreError> {
        let incarnation = store.heads().await?.incarnation;
        Ok(Self { store, realm, position: LogPosition { incarnation, read: vec![0; Cell::COUNT] }, turn: 0 })
    }

    /// Goes on from a position.
    pub(crate) fn from(store: Arc<dyn Store>, realm: RealmName, position: LogPosition) -> Self {
        Self { store, realm, position, turn: 0 }
    }

    /// How far it has read.
    pub fn position(&self) -> &LogPosition {
        &self.position
    }

    /// At most `limit` entries of this realm that follow, none if nothing has changed. The position
    /// moves only when this returns, so a dropped call loses nothing.
    pub async fn next(&mut self, limit: usize) -> Result<LogNews, StoreError> {
        loop {
            let before = self.position.clone();
            let LogNews::Entries(mut entries) = self.next_of_all(limit).await? else {
                return Ok(LogNews::Behind);
            };
            // Several realms may share a store; what is another one's is none of this reader's business.
            entries.retain(|entry| entry.realm == self.realm);
            if !entries.is_empty() || self.position == before {
                return Ok(LogNews::Entries(entries));
            }
        }
    }

    async fn next_of_all(&mut self, limit: usize) -> Result<LogNews, StoreError> {
        let heads = self.store.heads().await?;
        if heads.incarnation != self.position.incarnation {
            self.position = LogPosition::at(heads);
            return Ok(LogNews::Behind);
        }
        let mut read = self.position.read.clone();
        let mut entries = Vec::new();
        let first = self.turn;
        for cell in (0..=u8::MAX).map(|number| Cell::new(first.wrapping_add(number))) {
            self.turn = cell.number();
            let left = limit.saturating_sub(entries.len());
            if left == 0 {
                break;
            }
            if heads.of(cell) <= read[cell.index()] {
                continue;
            }
            match self.store.changes(cell, read[cell.index()], left).await? {
                ChangesPage::Entries(page) => {
                    if let Some(last) = page.last() {
                        read[cell.index()] = last.position;
                    }
                    entries.extend(page);
                }
                ChangesPage::Behind { .. } => {
                    self.position = LogPosition::at(self.store.heads().await?);
                    return Ok(LogNews::Behind);
                }
            }
        }
        self.position.read = read;
        Ok(LogNews::Entries(entries))
    }
}

impl LogPosition {
    fn at(heads: Heads) -> Self {
        let mut read = heads.positions;
        read.resize(Cell::COUNT, 0);
        Self { incarnation: heads.incarnation, read }
    }

    /// This cell has been read up to here.
    pub(super) fn read_to(&mut self, cell: Cell, position: u64) {
        if let Some(read) = self.read.get_mut(cell.index()) {
            *read = position.max(*read);
        }
    }

    /// How many entries, of all realms, lie between an earlier position and this one. `None`: they are of
    /// different stores.
    pub(super) fn entries_since(&self, earlier: &Self) -> Option<u64> {
        let between = self.read.iter().zip(&earlier.read).map(|(here, there)| here.saturating_sub(*there));
        (self.incarnation == earlier.incarnation).then(|| between.sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applications keep positions as text. The vectors come from another program.
    #[test]
    fn a_position_is_spelled_as_written_down() {
        let file = include_str!("../../tests/formats/vectors.json");
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        let vectors = file["positions"].as_array().unwrap();
        assert_eq!(vectors.len(), 2);
        for vector in vectors {
            let text = vector["position"].as_str().unwrap();
            let position: LogPosition = text.parse().unwrap();
            assert_eq!(position.to_string(), text);
            let first = vector["first"].as_u64().unwrap();
            let expected: Vec<u64> = (0..256).map(|cell| first + cell).collect();
            assert_eq!(position.read, expected);
            for bad in [&text[4..], &text[..text.len() - 1], &format!("{text}A"), "", "log_"] {
                assert_eq!(bad.parse::<LogPosition>(), Err(NotAPosition));
            }
        }
    }

    /// A reader with a small limit once read only the lowest cell for as long as that was busy.
    #[tokio::test]
    async fn a_busy_cell_starves_no_other() {
        let store = Arc::new(crate::store::MemoryStore::new());
        let sessions = crate::Sessions::builder(store.clone()).build().unwrap();
        let mut reader = LogReader::at_end(store, RealmName::default()).await.unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..64 {
            sessions.begin(crate::device::DeviceFacts::default()).await.unwrap();
            sessions.begin(crate::device::DeviceFacts::default()).await.unwrap();
        }
        for _ in 0..64 {
            let LogNews::Entries(entries) = reader.next(1).await.unwrap() else {
                panic!("nothing was forgotten")
            };
            seen.extend(entries.iter().map(|entry| entry.cell));
        }
        let mut all = seen.clone();
        while let LogNews::Entries(entries) = reader.next(500).await.unwrap() {
            if entries.is_empty() {
                break;
            }
            all.extend(entries.iter().map(|entry| entry.cell));
        }
        // 64 reads of one entry each came to every busy cell before to any of them a second time.
        assert_eq!(seen.len(), all.len().min(64));
    }
}
