//! Keeps the injected clock honest: time never runs backwards, and a leap is noticed.
//!
//! A clock that is set back would lengthen every session; one that leaps forward by years would end
//! them all and let the sweep delete what nobody asked it to. So the keeper carries time on by the
//! monotonic clock when the wall clock falls behind, and stops sweeping for a while after a leap.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{Clock, Timestamp};

/// A forward step of the wall clock larger than this is a leap.
const LEAP: Duration = Duration::from_secs(5 * 60);
/// How long nothing is swept after a leap.
const SETTLE: Duration = Duration::from_secs(10 * 60);

pub(crate) struct Timekeeper {
    clock: Arc<dyn Clock>,
    seen: Mutex<Seen>,
}

struct Seen {
    at: Timestamp,
    elapsed: Duration,
    settled_after: Duration,
}

impl Timekeeper {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let seen = Seen { at: clock.now(), elapsed: clock.elapsed(), settled_after: Duration::ZERO };
        Self { clock, seen: Mutex::new(seen) }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The engine's time.
    pub(crate) fn now(&self) -> Timestamp {
        let (wall, elapsed) = (self.clock.now(), self.clock.elapsed());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let carried = seen.at.saturating_add(elapsed.saturating_sub(seen.elapsed));
        if wall.since(carried) > LEAP {
            seen.settled_after = elapsed.saturating_add(SETTLE);
            tracing::error!(
                leap_seconds = wall.since(carried).as_secs(),
                "the clock leapt forward: sessions past their timeouts are refused, sweeping waits \
                 {} s; check the machine's time source",
                SETTLE.as_secs(),
            );
        }
        seen.at = wall.max(carried);
        seen.elapsed = seen.elapsed.max(elapsed);
        seen.at
    }

    /// May the sweep delete anything now? Not shortly after a leap.
    pub(crate) fn is_settled(&self) -> bool {
        self.now();
        let elapsed = self.clock.elapsed();
        elapsed >= self.seen.lock().unwrap_or_else(PoisonError::into_inner).settled_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeClock;

    #[test]
    fn time_never_runs_backwards_and_goes_on_after_a_step_back() {
        let clock = FakeClock::new();
        let keeper = Timekeeper::new(Arc::new(clock.clone()));
        let start = keeper.now();
        clock.step_back(Duration::from_secs(3600));
        assert_eq!(keeper.now(), start);
        clock.advance(Duration::from_secs(7));
        assert_eq!(keeper.now().since(start), Duration::from_secs(7));
    }

    #[test]
    fn a_leap_forward_suspends_sweeping_for_ten_minutes() {
        let clock = FakeClock::new();
        let keeper = Timekeeper::new(Arc::new(clock.clone()));
        assert!(keeper.is_settled());
        clock.step_forward(Duration::from_secs(3600));
        assert!(!keeper.is_settled());
        clock.advance(Duration::from_secs(599));
        assert!(!keeper.is_settled());
        clock.advance(Duration::from_secs(1));
        assert!(keeper.is_settled());
    }

    #[test]
    fn time_that_passes_is_no_leap() {
        let clock = FakeClock::new();
        let keeper = Timekeeper::new(Arc::new(clock.clone()));
        clock.advance(Duration::from_secs(86_400));
        assert!(keeper.is_settled());
    }
}
