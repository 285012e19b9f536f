//! Disks that tests bring, to see what an embedded store makes of theirs.
//!
//! A real disk cannot be told to lose its power between two writes, to tear a page, or to be full for a
//! moment. These lie in memory and can: [`PowerLossDisk`] forgets what was not synced,
//! [`FaultyDisk`] has no space or fails to sync.

mod faulty;
mod pages;
mod power_loss;

pub use crate::store::Disk;
pub use faulty::FaultyDisk;
pub use power_loss::PowerLossDisk;
