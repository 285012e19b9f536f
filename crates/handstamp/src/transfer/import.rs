//! Taking a store's content in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    MARK,
    error::ImportError,
    reading::{Contents, Reading},
};
use crate::{
    encoding,
    reason::{Actor, EndReason, Ending},
    store::{ControlOutcome, Imported, Row, Store, StoreError, StoredState},
    time::Timestamp,
};

/// How many rows, and how many bytes of lines, are stored at once.
const BATCH_ROWS: usize = 512;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The import of an export into an empty store, a line at a time.
///
/// Sessions live on unless [`ending_sessions`](Self::ending_sessions) says otherwise: whoever moves a
/// store stops the application before the export and starts it on the new one.
///
/// Repeating an interrupted one is safe: the store knows by a mark whose import it has begun, and skips
/// what is there. Once the store has been used it takes no import any more, not even the same.
pub struct Import {
    store: Arc<dyn Store>,
    reading: Reading,
    ending: Option<Ending>,
    rows: Vec<Row>,
    bytes: usize,
    imported: Imported,
    mark: Option<Mark>,
}

/// What became of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportSummary {
    /// What the export holds.
    pub contents: Contents,
    /// What was stored, and what was there already.
    pub imported: Imported,
}

/// Which import a store has begun.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// SHA-256 of the export's first line.
    #[serde(with = "crate::encoding::base64url")]
    header: [u8; 32],
    sessions_end: bool,
    complete: bool,
}

impl Import {
    /// An import into this store. Nothing is stored before the first line was taken.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            reading: Reading::new(),
            ending: None,
            rows: Vec::new(),
            bytes: 0,
            imported: Imported::default(),
            mark: None,
        }
    }

    /// Ends every session on its way in, at this time: for an export that is a backup. Some of its
    /// sessions may have been ended since it was made, and nobody can tell which (promise 1). Times that
    /// lie after this one become this one: it is also the way out of a store that a wrong clock has
    /// written into.
    #[must_use]
    pub fn ending_sessions(mut self, at: Timestamp) -> Self {
        self.ending = Some(Ending::new(EndReason::RealmEnded, Actor::System, at));
        self
    }

    /// Takes the next line, without the line break that ends it. After an error begin again, with the
    /// first line.
    pub async fn line(&mut self, line: &[u8]) -> Result<(), ImportError> {
        let row = self.reading.line(line)?;
        if self.mark.is_none() {
            self.mark = Some(self.begin(line).await?);
        }
        let Some(mut row) = row else { return Ok(()) };
        if let Some(ending) = &self.ending {
            end(&mut row, ending);
        }
        self.rows.push(row);
        self.bytes += line.len();
        if self.rows.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES {
            self.store_rows().await?;
        }
        Ok(())
    }

    /// What has been read so far.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// What has been stored so far.
    pub fn imported(&self) -> Imported {
        self.imported
    }

    /// After the last line: stores what is left.
    pub async fn finish(mut self) -> Result<ImportSummary, ImportError> {
        self.store_rows().await?;
        let contents = self.reading.finish()?;
        let mark = self.mark.map(|mark| Mark { complete: true, ..mark });
        if let Some(mark) = mark {
            let there = self.store.control(MARK).await?;
            if there.as_ref().is_none_or(|there| there.bytes != encoding::encode(&mark)) {
                let seen = there.map(|there| there.version);
                self.store.put_control(MARK, seen, encoding::encode(&mark)).await?;
            }
        }
        Ok(ImportSummary { contents, imported: self.imported })
    }

    /// Is this store empty, or the one where this very import was interrupted?
    async fn begin(&self, header: &[u8]) -> Result<Mark, ImportError> {
        let sessions_end = self.ending.is_some();
        let mark = Mark { header: Sha256::digest(header).into(), sessions_end, complete: false };
        let used = self.store.heads().await?.positions.iter().any(|position| *position > 0);
        if let Some(blob) = self.store.control(MARK).await? {
            let there = Mark::decode(&blob.bytes)?;
            let same = there.header == mark.header && there.sessions_end == mark.sessions_end;
            return match (same, used) {
                (true, false) => Ok(mark),
                (true, true) => Err(ImportError::InUse),
                (false, _) => Err(ImportError::NotEmpty),
            };
        }
        let stats = self.store.stats().await?;
        if used || stats.live + stats.ended + stats.accounts > 0 {
            return Err(ImportError::NotEmpty);
        }
        match self.store.put_control(MARK, None, encoding::encode(&mark)).await? {
            ControlOutcome::Done(_) => Ok(mark),
            ControlOutcome::Conflict(_) => Err(ImportError::NotEmpty),
        }
    }

    async fn store_rows(&mut self) -> Result<(), ImportError> {
        for row in &self.rows {
            if let Row::Control { name, bytes } = row
                && let Some(there) = self.store.control(name).await?
                && there.bytes != *bytes
            {
                return Err(ImportError::OtherControl { name: name.clone() });
            }
        }
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            let imported = self.store.import(rows).await?;
            self.imported.stored += imported.stored;
            self.imported.there += imported.there;
        }
        Ok(())
    }
}

/// Was an import into this store begun and not completed?
pub(super) async fn is_half_imported(store: &dyn Store) -> Result<bool, StoreError> {
    let Some(blob) = store.control(MARK).await? else { return Ok(false) };
    Ok(!Mark::decode(&blob.bytes)?.complete)
}

impl Mark {
    fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        Ok(encoding::decode("mark of an import", bytes)?)
    }
}

/// A session ends, and no time lies after the end.
fn end(row: &mut Row, ending: &Ending) {
    let until = |time: &mut Timestamp| *time = ending.at.min(*time);
    match row {
        Row::Control { .. } | Row::Floor { .. } => {}
        Row::Realm { state, .. } => until(&mut state.ended_at),
        Row::Account { state, .. } => until(&mut state.changed_at),
        Row::Session(session) => {
            match &mut session.state {
                StoredState::Live => session.end(ending.clone()),
                StoredState::Ended(ended) => until(&mut ended.at),
            }
            until(&mut session.created_at);
            until(&mut session.proven_at);
            until(&mut session.last_use);
        }
    }
}
