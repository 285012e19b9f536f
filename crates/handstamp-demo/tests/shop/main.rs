//! The shop as its visitors meet it, over HTTP and without a browser.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod browser;
mod entry;
mod outage;
mod passwords;
mod restart;
