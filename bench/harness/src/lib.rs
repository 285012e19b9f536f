//! What all measured sides share, so that they differ in their sessions only.
//!
//! A side is one program, a package under `bench/peers`. It answers the same [routes](Case), with the same
//! cookie name, record and rolling idle timeout, over sockets (`serve`) and without any (`in-process`). Each side
//! with sessions has a control, the same stack without them: what the side adds to its control is what is
//! compared.
//!
//! A load generator has to take turns among many signed-in sessions: requests of one session wait for one
//! another where a library keeps its promises, and no real crowd shares one.

mod case;
pub mod check;
mod command;
mod in_process;
mod serve;
mod tower;

pub use case::{CART_ITEMS, COOKIE, Call, Case, USER_AGENT, account};
pub use command::main;
pub use in_process::{Answer, Peer, Side};
pub use results;
pub use serve::{serve_router, told_to_stop};
pub use tower::TowerPeer;
