//! Disks that tests bring, to see what an embedded store makes of theirs.
//!
//! A real disk cannot be told to lose its power between two writes, to tear a page, or to be full for a
//! moment. These lie in memory and can: [`PowerLossDisk`] forgets what was not synced,
//! [`FaultyDisk`] has no space or fails to sync.

mod faulty;
mod pages;
mod power_loss;

pub use faulty::FaultyDisk;
pub use power_loss::PowerLossDisk;

use std::{fmt, io};

/// Where an embedded store keeps its file, see `EmbeddedOptions::open_on`. What is written may be lost
/// until [`sync`](Self::sync) has returned.
#[allow(clippy::len_without_is_empty, reason = "a disk is never asked whether it is empty")]
pub trait Disk: Send + Sync + fmt::Debug + 'static {
    /// The file's length in bytes.
    fn len(&self) -> io::Result<u64>;

    /// Fills `out` from `offset` on; an error if that reaches beyond the end.
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()>;

    /// Writes all of `data` at `offset`.
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()>;

    /// Shortens the file, or lengthens it with zeros.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Ends when everything that was written before is on the disk for good.
    fn sync(&self) -> io::Result<()>;

    /// How many bytes are free; `None` if that cannot be told. Default: `None`.
    fn free(&self) -> Option<u64> {
        None
    }
}
