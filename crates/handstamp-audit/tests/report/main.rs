//! What reports of a real run hold, and what they must not.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod formats;
mod secrets;
mod shop;
mod support;
