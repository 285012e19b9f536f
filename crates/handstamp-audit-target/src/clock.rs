//! The application's time: it moves when a test says so.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The application's time. Clones are one clock.
#[derive(Clone, Debug)]
pub struct TestClock {
    millis: Arc<AtomicU64>,
}

/// Where a test's time begins.
const BEGIN: Duration = Duration::from_secs(1_790_000_000);

impl TestClock {
    /// A clock that stands still until it is moved.
    pub fn new() -> Self {
        Self { millis: Arc::new(AtomicU64::new(millis(BEGIN))) }
    }

    /// The time of day.
    pub fn now(&self) -> SystemTime {
        UNIX_EPOCH + self.since_epoch()
    }

    /// Time since 1970.
    pub fn since_epoch(&self) -> Duration {
        Duration::from_millis(self.millis.load(Ordering::SeqCst))
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.millis.fetch_add(millis(by), Ordering::SeqCst);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
