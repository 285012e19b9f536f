//! What is promised of the embedded store alone: groups, ends on their way, broken files, what is kept
//! and for how long. What it shares with every store is in the conformance suite, crashes are in
//! `tests/crash`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broken;
mod groups;
mod in_flight;
mod kept;
mod support;
