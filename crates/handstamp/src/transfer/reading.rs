//! Reading an export line by line: in order, whole, and unchanged.

use super::{
    error::FormatError,
    header::Header,
    ledger::{Counts, Ledger},
    line::{Footer, Line},
};
use crate::store::{ExportCursor, Row};

/// Takes the lines of an export in order and tells whether they are one. Stores nothing: run it over a
/// file before importing it, and over a file that was cut off to go on with the export.
#[derive(Default)]
pub struct Reading {
    ledger: Ledger,
    header: Option<Header>,
    footer: Option<Footer>,
    resume: Option<ResumePoint>,
}

/// What an export holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contents {
    /// What the first line says.
    pub header: Header,
    /// How many rows of each kind it has.
    pub counts: Counts,
    /// How many changes the store logged while it was exported. Unless it is 0, a session may be
    /// alive in the export that had ended before it was complete.
    pub changed: u64,
}

/// A place in a file from which its export can go on: everything up to it is whole.
#[derive(Clone)]
pub struct ResumePoint {
    pub(super) cursor: ExportCursor,
    pub(super) ledger: Ledger,
    pub(super) header: Header,
}

impl ResumePoint {
    /// How many bytes of the file to keep. What follows them is to be cut off.
    pub fn offset(&self) -> u64 {
        self.ledger.bytes
    }

    /// The rows up to there.
    pub fn counts(&self) -> Counts {
        self.ledger.counts
    }
}

impl Reading {
    /// Before the first line.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next line, without the line break that ends it, and says which row it holds. The
    /// first and the last line hold none.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Row>, FormatError> {
        let number = self.ledger.lines + 1;
        if self.footer.is_some() {
            return Err(FormatError::AfterTheEnd { line: number });
        }
        match (Line::parse(number, line)?, &self.header) {
            (Line::HandstampExport(header), None) => {
                self.ledger.enter(line, None);
                let header = Header::from(header);
                self.resume = Some(ResumePoint {
                    cursor: ExportCursor::Control,
                    ledger: self.ledger.clone(),
                    header: header.clone(),
                });
                self.header = Some(header);
                Ok(None)
            }
            (_, None) => Err(FormatError::NotAnExport),
            (Line::HandstampExport(_), Some(_)) => Err(FormatError::AfterTheEnd { line: number }),
            (Line::End(footer), Some(_)) => {
                let fits = footer.rows == self.ledger.counts && footer.sha256 == self.ledger.checksum();
                if !fits {
                    return Err(FormatError::Altered { line: number });
                }
                self.footer = Some(footer);
                Ok(None)
            }
            (row, Some(header)) => {
                let Ok(row) = row.into_row() else { return Err(FormatError::NotAnExport) };
                self.ledger.enter(line, Some(&row));
                // Floors and realms have no cursor of their own: they are handed out again.
                if let Some(cursor) = after(&row) {
                    let (ledger, header) = (self.ledger.clone(), header.clone());
                    self.resume = Some(ResumePoint { cursor, ledger, header });
                }
                Ok(Some(row))
            }
        }
    }

    /// What the first line says, once it has been read.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// The rows so far.
    pub fn counts(&self) -> Counts {
        self.ledger.counts
    }

    /// Was the last line read?
    pub fn is_complete(&self) -> bool {
        self.footer.is_some()
    }

    /// How many changes the store logged while it was exported, once the last line has been read.
    pub fn changed(&self) -> Option<u64> {
        self.footer.as_ref().map(|footer| footer.changed)
    }

    /// From where an export of which this is the beginning can go on; `None` before its first line and
    /// after its last.
    pub fn resume_point(&self) -> Option<ResumePoint> {
        if self.is_complete() { None } else { self.resume.clone() }
    }

    /// After the last line: what the export holds, if it is whole.
    pub fn finish(self) -> Result<Contents, FormatError> {
        match (self.header, self.footer) {
            (Some(header), Some(footer)) => {
                Ok(Contents { header, counts: self.ledger.counts, changed: footer.changed })
            }
            (None, _) if self.ledger.lines == 0 => Err(FormatError::NotAnExport),
            _ => Err(FormatError::CutOff { lines: self.ledger.lines }),
        }
    }
}

/// The place in a store just after this row, where it has one.
fn after(row: &Row) -> Option<ExportCursor> {
    match row {
        Row::Control { .. } | Row::Floor { .. } | Row::Realm { .. } => None,
        Row::Account { account, .. } => Some(ExportCursor::States(account.cell, Some(account.clone()))),
        Row::Session(session) => Some(ExportCursor::Sessions(session.key.cell(), Some(session.key.clone()))),
    }
}
