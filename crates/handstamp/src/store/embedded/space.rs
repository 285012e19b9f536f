//! Room on the disk: creating stops before it is full, so that ends can go on.
//!
//! Below the low-water mark nobody signs in and no anonymous session begins. A file of a few megabytes
//! beside the store is given back to the disk when even less is left, whoever else fills it.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::witness::private_file;

/// How often the disk is asked.
const EVERY: Duration = Duration::from_secs(1);
/// How much is kept back for ends.
const RESERVE: u64 = 8 << 20;

pub(super) struct Space {
    probe: Probe,
    low_water: u64,
    low: AtomicBool,
    asked: Mutex<Option<Instant>>,
    reserve: Option<PathBuf>,
}

/// Says how many bytes are free, if it can be told.
type Probe = Box<dyn Fn() -> Option<u64> + Send + Sync>;

impl Space {
    /// The room of the disk that a folder is on, with a reserve in it.
    pub(super) fn of_folder(folder: &Path, low_water: u64) -> Self {
        let reserve = folder.join("reserve");
        let folder = folder.to_owned();
        let space = Self {
            reserve: Some(reserve),
            ..Self::of_probe(Box::new(move || free_bytes(&folder)), low_water)
        };
        space.keep_reserve();
        space
    }

    pub(super) fn of_probe(probe: Probe, low_water: u64) -> Self {
        Self { probe, low_water, low: AtomicBool::new(false), asked: Mutex::new(None), reserve: None }
    }

    /// Is there room for new sessions? Asks the disk at most once a second.
    pub(super) fn has_room(&self) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = self.reserve.is_some() && asked.is_some_and(|asked| asked.elapsed() < EVERY);
        if !cached {
            *asked = Some(Instant::now());
            self.ask();
        }
        !self.low.load(Ordering::Acquire)
    }

    fn ask(&self) {
        let Some(free) = (self.probe)() else { return };
        let low = free < self.low_water;
        if low != self.low.swap(low, Ordering::AcqRel) {
            if low {
                tracing::error!(
                    free_bytes = free,
                    low_water = self.low_water,
                    "the disk is nearly full: nobody can sign in until there is room; ends go on",
                );
            } else {
                tracing::info!(free_bytes = free, "there is room on the disk again: people can sign in");
                self.keep_reserve();
            }
        }
        if free < RESERVE
            && let Some(reserve) = &self.reserve
            && fs::remove_file(reserve).is_ok()
        {
            tracing::error!(free_bytes = free, "the disk is full: the reserve for ends has been given back");
        }
    }

    /// Writes the reserve, in bytes that really lie on the disk.
    fn keep_reserve(&self) {
        let Some(reserve) = &self.reserve else { return };
        let there = fs::metadata(reserve).is_ok_and(|file| file.len() == RESERVE);
        let room = (self.probe)().is_some_and(|free| free > self.low_water.saturating_add(RESERVE));
        if !there
            && room
            && let Err(error) = write_reserve(reserve)
        {
            tracing::warn!(%error, "no space could be kept back for a full disk");
        }
    }
}

fn write_reserve(reserve: &Path) -> io::Result<()> {
    let mut file = private_file(reserve)?;
    #[cfg(target_os = "linux")]
    if rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, RESERVE).is_ok() {
        return Ok(());
    }
    let block = vec![0x5a; 1 << 20];
    for _ in 0..RESERVE >> 20 {
        file.write_all(&block)?;
    }
    file.sync_data()
}

/// The bytes that this process may still write on the disk of a folder.
pub(super) fn free_bytes(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicU64};

    use super::*;

    #[test]
    fn below_the_mark_there_is_no_room_until_there_is_again() {
        let free = Arc::new(AtomicU64::new(100));
        let probe = free.clone();
        let space = Space::of_probe(Box::new(move || Some(probe.load(Ordering::SeqCst))), 50);
        assert!(space.has_room());
        free.store(49, Ordering::SeqCst);
        assert!(!space.has_room());
        free.store(50, Ordering::SeqCst);
        assert!(space.has_room());
    }

    #[test]
    fn a_disk_that_cannot_be_asked_has_room() {
        assert!(Space::of_probe(Box::new(|| None), u64::MAX).has_room());
    }
}
