//! Last uses cost few writes and are never forgotten, with an upkeep that writes them in the background
//! and without (promise 7).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod coalescing;
mod crash;
#[path = "../web/log.rs"]
mod log;
mod restart;
mod support;
mod unreadable;
mod upkeep;
