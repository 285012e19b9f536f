//! Tokens of generators that are known, sound ones and broken ones: what the analysis says of each.
//!
//! `HANDSTAMP_ROUNDS` says how much is tried, 100 unless set; from 1,000 on, samples of 20,000 tokens are analysed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "generators cut numbers as the ones do that they imitate"
)]

mod calibration;
mod clocks;
mod formats;
mod generators;
mod guesses;
mod predicted;
mod table;
