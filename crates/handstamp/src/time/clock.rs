//! The clock that is injected: what the engine asks when it wants to know the time.

use std::{
    future::Future,
    pin::Pin,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::Timestamp;

/// A pause that ends when the clock says so.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Where time comes from. [`SystemClock`] in production, `testing::FakeClock` in tests.
pub trait Clock: Send + Sync + 'static {
    /// The time of day. May jump: administrators and time servers set clocks.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary start, which never runs backwards and cannot be set. It tells a
    /// clock that was set from time that has passed.
    fn elapsed(&self) -> Duration;

    /// Ends after `duration` of [`elapsed`](Self::elapsed) time.
    fn sleep(&self, duration: Duration) -> Sleep<'_>;
}

/// The machine's clock. Its [`Clock::sleep`] needs a tokio runtime with time enabled.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that reads the machine's time.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::default().saturating_add(since_epoch)
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(duration))
    }
}
