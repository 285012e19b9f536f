//! The auditor's verbs as they are typed.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bare;
mod drafted;
mod examined;
mod exit_codes;
mod imported;
mod interrupted;
mod parked;
mod reported;
#[path = "../../../handstamp-audit/tests/report/shop.rs"]
mod shop;
mod support;
mod target;
mod tokens;
