//! Disks that tests bring.
use std::{fmt, io};
/// Where an embedded store keeps its pages.
#[allow(clippy::len_without_is_empty, reason = "a disk is never asked whether it is empty")]
pub trait Disk: Send + Sync + fmt::Debug + 'static {
    /// Its length.
    fn len(&self) -> io::Result<u64>;
    /// Reads.
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()>;
    /// Writes.
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()>;
    /// Sets the length.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Syncs.
    fn sync(&self) -> io::Result<()>;
    /// Free bytes.
    fn free(&self) -> Option<u64> {
        None
    }
}
