//! A disk that a test brings in place of a file, and how the engine sees it.

use std::{fmt, io, sync::Arc};

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

#[derive(Debug)]
pub(super) struct Backend<D>(pub(super) Arc<D>);

impl<D: Disk> redb::StorageBackend for Backend<D> {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }
}
