//! Handing a store's content out.

use std::sync::Arc;

use super::{
    MARK, VERSION,
    error::ExportError,
    header::Header,
    import::is_half_imported,
    ledger::{Counts, Ledger},
    line::{Footer, Line},
    reading::ResumePoint,
};
use crate::{
    store::{ExportCursor, Heads, Row, Store},
    time::Timestamp,
};

/// How many rows are read at once. A session has at most 64 KiB, so a page has at most 16 MiB.
const PAGE: usize = 256;

/// The export of a store, a piece at a time.
///
/// ```
/// # use std::sync::Arc;
/// # use handstamp::{Timestamp, store::MemoryStore, transfer::{Export, ExportError}};
/// # async fn backup(mut file: impl std::io::Write) -> Result<(), Box<dyn std::error::Error>> {
/// # let store = Arc::new(MemoryStore::new());
/// # let now = Timestamp::from_millis(1_700_000_000_000);
/// let mut export = Export::begin(store, now).await?;
/// while let Some(lines) = export.next().await? {
///     file.write_all(&lines)?;
/// }
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(backup(Vec::new())).unwrap();
/// ```
///
/// A store that is in use while it is exported gives no single state: the last line then says how many
/// changes came in between. Good enough for a backup, whose sessions end when it is restored; for
/// moving to another engine, stop the application first.
pub struct Export {
    store: Arc<dyn Store>,
    header: Header,
    ledger: Ledger,
    next: Step,
}

enum Step {
    Header,
    Rows(ExportCursor),
    Footer,
    Done,
}

impl Export {
    /// Begins an export at this time.
    pub async fn begin(store: Arc<dyn Store>, at: Timestamp) -> Result<Self, ExportError> {
        if is_half_imported(&*store).await? {
            return Err(ExportError::HalfImported);
        }
        let heads = store.heads().await?;
        let stats = store.stats().await?;
        let header = Header {
            version: VERSION,
            incarnation: heads.incarnation,
            durability: store.durability(),
            exported_at: at,
            changes: changes(&heads),
            sessions: stats.live + stats.ended,
            accounts: stats.accounts,
        };
        Ok(Self { store, header, ledger: Ledger::default(), next: Step::Header })
    }

    /// Goes on with an export that was interrupted. Cut its file to
    /// [`offset`](ResumePoint::offset) first; what comes out here belongs after that.
    pub async fn resume(store: Arc<dyn Store>, from: ResumePoint) -> Result<Self, ExportError> {
        let ResumePoint { cursor, ledger, header } = from;
        let heads = store.heads().await?;
        if heads.incarnation != header.incarnation || changes(&heads) != header.changes {
            return Err(ExportError::Changed);
        }
        Ok(Self { store, header, ledger, next: Step::Rows(cursor) })
    }

    /// The next lines, whole, in a piece of bounded size; `None` after the last. After an error the
    /// same call may be tried again.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        let mut lines = Vec::new();
        // Most of the 256 cells of a small store are empty: pages without rows make no piece.
        while lines.is_empty() {
            match &self.next {
                Step::Header => {
                    self.write(&mut lines, &Line::from(&self.header), None);
                    self.next = Step::Rows(ExportCursor::Control);
                }
                Step::Rows(cursor) => {
                    let page = self.store.export(Some(cursor.clone()), PAGE).await?;
                    for row in page.rows.iter().filter(|row| !is_mark(row)) {
                        self.write(&mut lines, &row.into(), Some(row));
                    }
                    self.next = page.next.map_or(Step::Footer, Step::Rows);
                }
                Step::Footer => {
                    let heads = self.store.heads().await?;
                    if heads.incarnation != self.header.incarnation {
                        return Err(ExportError::Changed);
                    }
                    let changed = changes(&heads).saturating_sub(self.header.changes);
                    let sha256 = self.ledger.checksum();
                    let footer = Footer { rows: self.ledger.counts, changed, sha256 };
                    self.write(&mut lines, &Line::End(footer), None);
                    self.next = Step::Done;
                }
                Step::Done => return Ok(None),
            }
        }
        Ok(Some(lines))
    }

    fn write(&mut self, lines: &mut Vec<u8>, line: &Line, row: Option<&Row>) {
        let line = line.encode();
        self.ledger.enter(&line, row);
        lines.extend_from_slice(&line);
        lines.push(b'\n');
    }

    /// What the first line says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The rows so far, those of an interrupted beginning included.
    pub fn counts(&self) -> Counts {
        self.ledger.counts
    }
}

/// How many changes a store has ever logged.
fn changes(heads: &Heads) -> u64 {
    heads.positions.iter().sum()
}

/// A store that was imported into tells nobody else of it.
fn is_mark(row: &Row) -> bool {
    matches!(row, Row::Control { name, .. } if name == MARK)
}
