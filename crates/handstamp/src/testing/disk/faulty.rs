//! A disk that is full, or that fails to sync.

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Disk, pages::Pages};

/// A disk in memory that fails on command. Clones are the same disk.
#[derive(Clone)]
pub struct FaultyDisk {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    pages: Pages,
    capacity: Option<u64>,
    reported: Option<u64>,
    syncs: u64,
    failing: Option<u64>,
    refused: u64,
}

impl FaultyDisk {
    /// An empty disk without end on which nothing fails yet.
    pub fn new() -> Self {
        let pages = Pages::default();
        let inner = Inner { pages, capacity: None, reported: None, syncs: 0, failing: None, refused: 0 };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Only so many more bytes fit, in pages of 4 KiB: a write to a page that was never written before
    /// fails with "no space left on device" once they are taken. As on a real disk, lengthening the file
    /// takes none.
    pub fn leave(&self, bytes: u64) {
        let mut inner = self.inner();
        inner.capacity = Some(inner.pages.used().saturating_add(bytes));
    }

    /// Says that so many bytes are free, whatever is true.
    pub fn report_free(&self, bytes: u64) {
        self.inner().reported = Some(bytes);
    }

    /// Syncs fail with an input/output error, from the `nth` on; 1 is the next one.
    pub fn fail_sync(&self, nth: u64) {
        let mut inner = self.inner();
        inner.failing = Some(inner.syncs.saturating_add(nth));
    }

    /// The disk is well again.
    pub fn mend(&self) {
        let mut inner = self.inner();
        (inner.capacity, inner.reported, inner.failing) = (None, None, None);
    }

    /// How many syncs there were, failed ones included.
    pub fn syncs(&self) -> u64 {
        self.inner().syncs
    }

    /// How many writes and syncs have failed.
    pub fn refused(&self) -> u64 {
        self.inner().refused
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn free(&self) -> Option<u64> {
        self.capacity.map(|capacity| capacity.saturating_sub(self.pages.used()))
    }
}

impl Disk for FaultyDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.inner().pages.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner().pages.read(offset, out)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut inner = self.inner();
        if inner.free().is_some_and(|free| inner.pages.needs(offset, data.len()) > free) {
            inner.refused += 1;
            return Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on device"));
        }
        inner.pages.write(offset, data);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner().pages.set_len(len);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut inner = self.inner();
        inner.syncs += 1;
        if inner.failing.is_some_and(|first| inner.syncs >= first) {
            inner.refused += 1;
            return Err(io::Error::other("input/output error"));
        }
        Ok(())
    }

    fn free(&self) -> Option<u64> {
        let inner = self.inner();
        inner.reported.or_else(|| inner.free())
    }
}

impl Default for FaultyDisk {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FaultyDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        f.debug_struct("FaultyDisk").field("len", &inner.pages.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_takes_what_it_has_room_for() {
        let disk = FaultyDisk::new();
        disk.write(0, &[1; 100]).unwrap();
        assert_eq!(disk.free(), None);
        disk.leave(4096);
        disk.set_len(1 << 20).unwrap();
        disk.write(50, &[2; 4000]).unwrap();
        disk.write(8192, &[3]).unwrap();
        assert_eq!(disk.free(), Some(0));
        let error = disk.write(12288, &[4]).unwrap_err();
        assert_eq!((error.kind(), disk.refused()), (io::ErrorKind::StorageFull, 1));
        disk.write(8200, &[5]).unwrap();
        disk.mend();
        disk.write(12288, &[4]).unwrap();
        disk.report_free(7);
        assert_eq!(disk.free(), Some(7));
    }

    #[test]
    fn syncs_fail_from_the_chosen_one_on_until_the_disk_is_mended() {
        let disk = FaultyDisk::new();
        disk.fail_sync(2);
        assert!(disk.sync().is_ok() && disk.sync().is_err() && disk.sync().is_err());
        disk.mend();
        assert!(disk.sync().is_ok());
        assert_eq!((disk.syncs(), disk.refused()), (4, 2));
    }
}
