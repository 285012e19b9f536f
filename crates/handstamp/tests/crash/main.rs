//! What the embedded store keeps when everything around it breaks: the process is killed, the power goes,
//! the disk is full or fails, a backup is put back, the clock is set, the machine stands still.
//!
//! `HANDSTAMP_ROUNDS` says how much is tried, 100 unless set: a fifth as many kills and twice as many
//! power cuts. Each failure names its seed; `HANDSTAMP_SEED` runs that one alone. A seed repeats every
//! choice that a test makes, though not which operations share a commit: that is for the threads.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod canary;
mod child;
mod clocks;
mod dice;
mod failing_sync;
mod full_disk;
mod killed;
mod kit;
mod power_loss;
mod restored;
mod second_process;
mod secrets;
mod stopped;
mod work;
