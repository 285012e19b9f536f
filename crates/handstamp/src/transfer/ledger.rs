//! What is kept of the lines that have gone by: how many, of which kind, and their checksum.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::store::Row;

/// How many rows of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Counts {
    /// Blobs of the control area.
    pub control: u64,
    /// Epochs of unknown accounts.
    pub floors: u64,
    /// States of realms, one for each cell that has one.
    pub realms: u64,
    /// Accounts.
    pub accounts: u64,
    /// Sessions, live and ended.
    pub sessions: u64,
}

impl Counts {
    /// All of them.
    pub const fn rows(self) -> u64 {
        self.control + self.floors + self.realms + self.accounts + self.sessions
    }

    fn count(&mut self, row: &Row) {
        let kind = match row {
            Row::Control { .. } => &mut self.control,
            Row::Floor { .. } => &mut self.floors,
            Row::Realm { .. } => &mut self.realms,
            Row::Account { .. } => &mut self.accounts,
            Row::Session(_) => &mut self.sessions,
        };
        *kind += 1;
    }
}

#[derive(Clone, Default)]
pub(super) struct Ledger {
    digest: Sha256,
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) counts: Counts,
}

impl Ledger {
    /// Enters a line, handed in without the line break that ends it.
    pub(super) fn enter(&mut self, line: &[u8], row: Option<&Row>) {
        self.digest.update(line);
        self.digest.update(b"\n");
        self.lines += 1;
        self.bytes += u64::try_from(line.len()).unwrap_or(u64::MAX).saturating_add(1);
        if let Some(row) = row {
            self.counts.count(row);
        }
    }

    /// SHA-256 over all lines so far, as `sha256sum` prints it.
    pub(super) fn checksum(&self) -> String {
        let digest = self.digest.clone().finalize();
        digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
