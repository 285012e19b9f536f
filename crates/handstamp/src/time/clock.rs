//! The clock that is injected: what the engine asks when it wants to know the time.

use std::{
    future::Future,
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::Timestamp;

/// A pause that ends when the clock says so.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Where time comes from. [`SystemClock`] in production, `testing::FakeClock` in tests.
pub trait Clock: Send + Sync + 'static {
    /// The time of day. May jump: administrators and time servers set clocks.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary start, which never runs backwards and cannot be set. It tells a
    /// clock that was set from time that has passed, and must count the time in which the machine was
    /// suspended: a cache is as old after it as the world has become.
    fn elapsed(&self) -> Duration;

    /// Ends after `duration` of [`elapsed`](Self::elapsed) time.
    fn sleep(&self, duration: Duration) -> Sleep<'_>;
}

/// How long a sleep may go on before it looks whether the machine was suspended meanwhile.
const LOOK: Duration = Duration::from_secs(15);

/// The machine's clock. Its [`Clock::sleep`] needs a tokio runtime with time enabled.
///
/// On Linux and Android [`Clock::elapsed`] counts the time in which the machine was suspended
/// (`CLOCK_BOOTTIME`), and a sleep ends at most 15 s late after it. Elsewhere it is what
/// [`std::time::Instant`] counts: on macOS without suspension.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SystemClock {
    started: Duration,
}

impl SystemClock {
    /// A clock that reads the machine's time.
    pub fn new() -> Self {
        Self { started: monotonic() }
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
        monotonic().saturating_sub(self.started)
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        let until = self.elapsed().saturating_add(duration);
        Box::pin(async move {
            // tokio's timers do not count suspension.
            let mut left = duration;
            while !left.is_zero() && self.elapsed() < until {
                let piece = left.min(LOOK);
                tokio::time::sleep(piece).await;
                left = left.saturating_sub(piece);
            }
        })
    }
}

/// Since the machine's start, suspension included.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn monotonic() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(now).unwrap_or_default()
}

/// Since the first call.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn monotonic() -> Duration {
    static FIRST: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    FIRST.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Instant` stands still while the machine is suspended; a cache would think itself fresh.
    #[cfg(target_os = "linux")]
    #[test]
    fn elapsed_time_is_the_kernels_boot_time() {
        // Seconds since boot with two decimals, suspension included.
        let uptime = || -> f64 {
            let text = std::fs::read_to_string("/proc/uptime").unwrap();
            text.split_whitespace().next().unwrap().parse().unwrap()
        };
        let (before, now, after) = (uptime(), monotonic().as_secs_f64(), uptime());
        assert!((before - 0.02..=after + 0.02).contains(&now), "{before} {now} {after}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_takes_as_long_as_was_asked_for() {
        let clock = SystemClock::new();
        for seconds in [0, 1, 15, 50] {
            let begun = tokio::time::Instant::now();
            clock.sleep(Duration::from_secs(seconds)).await;
            let slept = begun.elapsed().as_millis();
            assert!(
                (u128::from(seconds) * 1000..=u128::from(seconds) * 1000 + 20).contains(&slept),
                "{slept}"
            );
        }
    }
}
