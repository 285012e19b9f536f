//! Gates at which a slow request waits, so that a race happens in the order it is told to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{sync::oneshot, time::timeout};

/// How long anything may take before a race counts as hung.
const PATIENCE: Duration = Duration::from_secs(10);

/// The gates of one application, by the key that the slow request writes.
#[derive(Clone, Default)]
pub struct Gates {
    closed: Arc<Mutex<HashMap<String, Gate>>>,
}

/// The handler's side of a closed gate.
struct Gate {
    arrived: oneshot::Sender<()>,
    open: oneshot::Receiver<()>,
}

/// The driver's side of a closed gate.
pub struct Keeper {
    arrived: oneshot::Receiver<()>,
    open: oneshot::Sender<()>,
}

impl Gates {
    /// Closes the gate for the next request that writes `key`.
    pub fn close(&self, key: &str) -> Keeper {
        let (tell_arrived, arrived) = oneshot::channel();
        let (tell_open, open) = oneshot::channel();
        let gate = Gate { arrived: tell_arrived, open };
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), gate);
        Keeper { arrived, open: tell_open }
    }

    /// Waits, if the gate is closed, until the driver opens it. Handlers call this between
    /// having loaded the session and writing to it.
    pub async fn pass(&self, key: &str) {
        let gate = self.closed.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        if let Some(gate) = gate {
            // A driver that gave up has dropped its side; then there is nothing to wait for.
            let _ = gate.arrived.send(());
            let _ = gate.open.await;
        }
    }
}

impl Keeper {
    /// Waits until the slow request has loaded its session and stands at the gate.
    pub async fn arrived(&mut self) -> Result<()> {
        timeout(PATIENCE, &mut self.arrived)
            .await
            .context("the slow request never came to its gate")?
            .context("the slow request ended before its gate")
    }

    /// Lets the slow request go on to its write.
    pub fn open(self) {
        // If the request is gone already, its answer tells.
        let _ = self.open.send(());
    }
}
