//! A disk that a test brings, as the engine sees it.

use std::{io, sync::Arc};

use crate::testing::Disk;

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
