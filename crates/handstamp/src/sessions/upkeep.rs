//! Upkeep: the one thing in the background, which the application starts and stops.
//!
//! Two rounds in one task. The writer brings last uses to the store twice a second, so that no
//! request does (see `last_use`); the sweep ends and forgets what has run out, every minute. Both go by the
//! injected clock, back off while the store does not answer, and may be dropped at any point: whatever
//! was not acknowledged is done again.

use std::time::Duration;

use futures_util::future::join;
use tokio::{runtime::Handle, task::JoinHandle};

use super::Sessions;
use crate::{
    policy::{Clocks, Policy},
    store::{Durability, StoreError},
};

/// How often last uses that are due are written. A crash may lose so much beyond the touch interval, and what
/// the store itself takes to bring a use to the disk: a second in the embedded one.
const WRITE_EVERY: Duration = Duration::from_millis(500);
/// The longest pause after writes that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often there is a sweep.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// A store that is lost again and again does not keep the sweep waiting for longer than this many times.
const MOST_WAITS: usize = 10;

/// The upkeep of sessions, running. Keep it for as long as requests are answered, then
/// [`stop`](Self::stop) it. Dropping it stops the upkeep too, but leaves the last uses of the last minute
/// unwritten, so that after a restart sessions may end up to that much early.
#[derive(Debug)]
#[must_use = "dropping it stops the upkeep"]
pub struct Upkeep {
    sessions: Sessions,
    task: Option<JoinHandle<()>>,
}

/// The upkeep has stopped, but some last uses could not be written.
#[derive(Debug, thiserror::Error)]
#[error(
    "the last uses of {unwritten} sessions could not be written, they may end up to a minute early after a \
     restart: {source}; `Sessions::flush` tries again"
)]
#[non_exhaustive]
pub struct UpkeepError {
    /// How many sessions it concerns.
    pub unwritten: usize,
    /// What the store said.
    pub source: StoreError,
}

impl Sessions {
    /// Starts the upkeep of these sessions in the background: last uses are written in batches, off the
    /// path of requests, and there is a sweep every minute. Start it once, where the application
    /// starts; every realm needs its own.
    ///
    /// With it, a use is in the store at the latest the touch interval (a thirtieth of the idle timeout, at
    /// most 60 s) and 2 s after it was made, while the store answers; that much a crash may lose. Without
    /// it, requests write last uses themselves and the application calls [`Sessions::sweep`] and
    /// [`Sessions::flush`].
    ///
    /// Needs a tokio runtime with time enabled. Where there is none, an error is logged and everything
    /// stays as without it.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let sessions = handstamp::Sessions::builder(handstamp::store::MemoryStore::new()).build()?;
    /// let upkeep = sessions.start_upkeep();
    /// // ... answer requests, and when the last one is answered:
    /// upkeep.stop().await?;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    pub fn start_upkeep(&self) -> Upkeep {
        let sessions = self.clone();
        let task = match Handle::try_current() {
            Ok(runtime) => Some(runtime.spawn(run(sessions.clone()))),
            Err(error) => {
                tracing::error!(
                    %error,
                    "the upkeep of sessions has not started: call `start_upkeep` inside a tokio runtime, or \
                     nothing that has run out is ever swept"
                );
                None
            }
        };
        Upkeep { sessions, task }
    }
}

impl Upkeep {
    /// Stops the upkeep and writes every last use that is still held. Call it when no request is under way
    /// any more and before the process ends. An embedded store brings them to the disk within a second, or
    /// when it is closed: drop the sessions before the process exits.
    ///
    /// # Errors
    ///
    /// If the store does not take them, with their number. Nothing is forgotten: [`Sessions::flush`] tries
    /// again.
    pub async fn stop(mut self) -> Result<(), UpkeepError> {
        if let Some(task) = self.task.take() {
            task.abort();
            // It says that it was stopped, or that it panicked, which is in the log.
            let _ = task.await;
        }
        let flushed = self.sessions.flush().await;
        flushed.map_err(|source| UpkeepError { unwritten: self.sessions.held_uses(), source })
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        let Some(task) = self.task.take() else { return };
        task.abort();
        let unwritten = self.sessions.held_uses();
        if unwritten > 0 && self.sessions.inner.store.durability() != Durability::Memory {
            tracing::warn!(
                unwritten,
                "the upkeep of sessions was dropped: after a restart sessions may end up to a minute early; \
                 call `Upkeep::stop` before the process ends"
            );
        }
    }
}

async fn run(sessions: Sessions) {
    let _writer = sessions.inner.last_uses.background_writer();
    let _alarm = Alarm;
    join(keep_writing(&sessions), keep_sweeping(&sessions)).await;
}

/// Says so if the upkeep ends by itself.
struct Alarm;

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(
                "the upkeep of sessions panicked and has stopped: nothing is swept any more; restart the process \
                 and report what the panic said"
            );
        }
    }
}

async fn keep_writing(sessions: &Sessions) {
    let mut pause = WRITE_EVERY;
    loop {
        sessions.inner.time.clock().sleep(pause).await;
        pause = match sessions.write_due().await {
            Ok(0) => WRITE_EVERY,
            Ok(written) => {
                tracing::debug!(written, "last uses are in the store");
                WRITE_EVERY
            }
            Err(error) => {
                let pause = (2 * pause).min(LONGEST_PAUSE);
                tracing::warn!(
                    %error, retry_seconds = pause.as_secs(),
                    "last uses could not be written and are held; bring the store back before the process ends"
                );
                pause
            }
        };
    }
}

async fn keep_sweeping(sessions: &Sessions) {
    let mut waited_for = None;
    loop {
        sessions.inner.time.clock().sleep(SWEEP_EVERY).await;
        regain_contact(sessions, &mut waited_for).await;
        match sessions.sweep().await {
            Ok(report) => tracing::debug!(?report, "swept"),
            Err(error) => {
                tracing::warn!(%error, "what has run out is refused all the same; see that the store answers");
            }
        }
    }
}

/// After contact with the store was lost, uses of that time may be held, here and on other nodes: before
/// the sweep there is a touch interval, so that they are due, and a flush.
async fn regain_contact(sessions: &Sessions, waited_for: &mut Option<Duration>) {
    for _ in 0..MOST_WAITS {
        let lost = sessions.inner.contact.lost();
        if lost <= *waited_for {
            return;
        }
        sessions.inner.time.clock().sleep(longest_interval(&sessions.policy())).await;
        if let Err(error) = sessions.flush().await {
            tracing::warn!(%error, "the sweep waits for the store");
        } else if sessions.inner.contact.lost() == lost {
            *waited_for = lost;
        }
    }
}

fn longest_interval(policy: &Policy) -> Duration {
    let table = policy.clocks();
    let interval = |clocks: Clocks| Policy::touch_interval(clocks.idle);
    interval(table.anonymous).max(interval(table.browser)).max(interval(table.persistent))
}
