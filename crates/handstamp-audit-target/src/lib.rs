//! A deliberately vulnerable application for the auditor's tests.
//!
//! By default it does everything right. Each [`Flaw`] switches one thing off, and names the one check that has to see
//! it; each [`Benign`] behaviour is legal and unusual, and no check may take it for a flaw. It has sessions of its
//! own, as any application might, and nothing of the library that this project is about. An [`ApiStyle`] starts an API in its
//! place.
//!
//! **Never put it on a network.** It listens on loopback only.

mod api;
mod ask;
mod benign;
mod clock;
mod flaw;
mod recipe;
mod routes;
mod running;
mod sessions;
mod signed;
mod state;
mod tokens;
mod users;

pub use api::ApiStyle;
pub use benign::Benign;
pub use clock::TestClock;
pub use flaw::Flaw;
pub use recipe::{PASSWORDS, recipe};
pub use running::{Options, Running, StartError};
pub use tokens::sample_tokens;
