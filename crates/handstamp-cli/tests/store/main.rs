//! `handstamp store` as it is typed, on folders that a program has left.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod archived;
mod canary;
mod checked;
mod keys;
mod moved;
mod refused;
mod restored;
mod support;
