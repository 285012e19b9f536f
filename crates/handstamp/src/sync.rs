//! The lock of the engine and of the memory store, so that a test can take the scheduler's place.
//!
//! Under `--cfg shuttle` every lock is a point at which another thread may go on, and a test tries the
//! orders one after the other; see `sessions/interleavings.rs`.

#[cfg(all(test, shuttle))]
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
#[cfg(not(all(test, shuttle)))]
pub(crate) use std::sync::{Mutex, MutexGuard};
