//! The libraries that are asked, each serving the same small application.
//!
//! | route | what it does |
//! |---|---|
//! | `POST /login` | signs in as one fixed account, with the rotation that the library's guide asks for |
//! | `POST /logout` | signs this session out |
//! | `POST /end-others` | ends every other session of the account |
//! | `POST /write/{key}` | loads the session, waits at the gate of `key`, then writes `key` |
//! | `GET /read` | the keys kept, as a JSON list; 401 if nobody is signed in |

pub mod handstamp;
mod tower_sessions;

use async_trait::async_trait;
use axum::Router;

use crate::gate::Gates;

/// The account that every session here belongs to.
pub const ACCOUNT: &str = "ada";

/// One library in one setting.
#[async_trait]
pub trait Contender: Send + Sync {
    /// Its name, version and setting.
    fn name(&self) -> String;

    /// The application, with a store of its own.
    fn router(&self, gates: Gates) -> Router;

    /// How many writes its store was asked for so far.
    fn store_writes(&self) -> u64;

    /// Writes whatever the library still holds back, so that it is counted.
    async fn flush(&self) {}

    /// Within how many seconds of reading one write is allowed, if the library says so.
    fn touch_interval_seconds(&self) -> Option<u64> {
        None
    }
}

/// Everybody but Handstamp.
pub fn peers() -> Vec<Box<dyn Contender>> {
    vec![
        Box::new(tower_sessions::TowerSessions::as_it_comes()),
        Box::new(tower_sessions::TowerSessions::with_idle_timeout()),
    ]
}
