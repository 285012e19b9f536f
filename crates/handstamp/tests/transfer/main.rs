//! A store's content as lines: what is read back is what was there, and what is not whole is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod damaged;
mod golden;
mod resumed;
mod support;
mod whole;
