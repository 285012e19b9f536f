//! The auditor's time, injected: a curve of probes over a minute costs a test nothing.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    time::{Duration, Instant, SystemTime},
};

/// Where the auditor's time comes from. [`MachineClock`] outside of tests.
pub trait Clock: Send + Sync + 'static {
    /// The time of day.
    fn now(&self) -> SystemTime;

    /// Time since some start; never runs backwards.
    fn elapsed(&self) -> Duration;

    /// Ends after `duration`. In tests it may move the clock, and the target's with it, instead.
    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's clock.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct MachineClock {
    started: Instant,
}

impl MachineClock {
    /// The machine's clock, counting from now.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for MachineClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for MachineClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

impl fmt::Debug for MachineClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MachineClock")
    }
}
