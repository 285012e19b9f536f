//! The auditor's verbs as they are typed.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bare;
mod exit_codes;
mod interrupted;
mod parked;
mod reported;
#[path = "../../../handstamp-audit/tests/report/shop.rs"]
mod shop;
mod support;
mod tokens;
