//! The archive of the change log: every entry once, whatever happens to the process, the file or the
//! store; and where some are missing, the file says so.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod follow;
mod refusals;
mod support;
