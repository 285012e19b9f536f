//! How an embedded store is opened.

use std::{path::Path, time::Duration};

use super::{EmbeddedStore, OpenError, open};

/// Choices for an embedded store. All have safe defaults.
#[derive(Clone, Debug)]
#[must_use]
pub struct EmbeddedOptions {
    pub(super) wait_for_lock: Duration,
    pub(super) cache_bytes: usize,
    pub(super) low_water: u64,
    pub(super) log_retention: Duration,
    pub(super) after_restore: AfterRestore,
}

/// What becomes of the sessions in a file that was put back from a backup or copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AfterRestore {
    /// They end: some of them had been ended since, and nobody can tell which (promise 1). The default.
    #[default]
    EndSessions,
    /// They live: for a file that was moved while nobody used it.
    KeepSessions,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            wait_for_lock: Duration::ZERO,
            cache_bytes: 64 << 20,
            low_water: 64 << 20,
            log_retention: Duration::from_secs(30 * 86_400),
            after_restore: AfterRestore::default(),
        }
    }
}

impl EmbeddedOptions {
    /// How long opening waits for another process to let go of the file, for restarts in which the new
    /// process begins before the old one has ended. Default: not at all.
    pub fn wait_for_lock(mut self, most: Duration) -> Self {
        self.wait_for_lock = most;
        self
    }

    /// How much memory the engine may use for pages of the file. Default: 64 MiB. The near cache in
    /// front of the store has a size of its own.
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// Below so many free bytes on the disk nobody can sign in, so that ends can still be written.
    /// Default: 64 MiB.
    pub fn low_water(mut self, free_bytes: u64) -> Self {
        self.low_water = free_bytes;
        self
    }

    /// How long entries of the change log are kept; a reader that is further behind is told so. An
    /// archive ([`LogArchive`](crate::LogArchive)) keeps them for longer. Default: 30 days.
    pub fn log_retention(mut self, age: Duration) -> Self {
        self.log_retention = age;
        self
    }

    /// What becomes of the sessions in a file that was put back from a backup. Default: they end.
    pub fn after_restore(mut self, choice: AfterRestore) -> Self {
        self.after_restore = choice;
        self
    }

    /// Opens the store in `folder`, which is made if it is not there, readable by its owner only.
    pub fn open(&self, folder: impl AsRef<Path>) -> Result<EmbeddedStore, OpenError> {
        open::folder(folder.as_ref(), self)
    }

    /// Opens a store on a disk that a test brings.
    #[cfg(feature = "testing")]
    pub fn open_on(&self, disk: impl super::Disk) -> Result<EmbeddedStore, OpenError> {
        open::disk(disk, self)
    }
}
