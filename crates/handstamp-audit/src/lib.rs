//! Tests the session management of any web application from outside.
//!
//! Scanners read the flags of cookies. This signs in, signs out, changes a password, and asks after each
//! whether the old token still works: a [`recipe`] says how the application is used, the [`wire`] sends exactly
//! what a check means, and a [`check`] concludes only with controls on both sides of its question.

pub mod audit;
pub mod check;
pub mod checks;
pub mod clock;
pub mod cookie;
pub mod credentials;
pub mod doctor;
pub mod draft;
mod html;
pub mod import;
pub mod oracle;
pub mod parked;
pub mod recipe;
pub mod report;
pub mod run;
mod signed;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod wire;
