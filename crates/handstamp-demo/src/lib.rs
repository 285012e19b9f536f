//! A small shop on Handstamp: everything an application does with sessions, in one place to read.
//!
//! Sign-up and sign-in with passwords, a basket that survives sign-in, "Your devices", change and
//! reset of the password, remember me, a live page that stops with its session, and all of it still there
//! after a restart. `routes` shows what an application writes; `views` is how it looks; `accounts` is the
//! part that Handstamp leaves to the application.

mod accounts;
mod clock;
mod routes;
mod server;
mod shop;
mod state;
mod stop;
mod tls;
pub mod views;

pub use accounts::AccountsError;
pub use clock::MovableClock;
pub use server::{DemoError, DemoOptions, run};
pub use shop::{OpenShopError, Shop};
pub use state::{State, StateError};
