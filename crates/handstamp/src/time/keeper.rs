//! Keeps the injected clock honest: time never runs backwards, and a leap is noticed.
//!
//! A clock that is set back would lengthen every session; one that leaps forward by years would end
//! them all and let the sweep delete what nobody asked it to. So engine time is the time elapsed on a
//! clock that nobody can set, plus an offset that only grows: when the wall clock falls behind, time
//! goes on without it. What the store was last written at keeps this so over a restart.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{Clock, Timestamp};

/// A forward step of the wall clock larger than this is a leap; so large a step back is worth an alarm.
const LEAP: Duration = Duration::from_secs(5 * 60);
/// A start this long after the last write is taken for one, until somebody has had time to look.
const ABSENCE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long nothing is swept after a leap.
const SETTLE: Duration = Duration::from_secs(10 * 60);

pub(crate) struct Timekeeper {
    clock: Arc<dyn Clock>,
    started: Duration,
    /// Engine time at the start, in microseconds; raised when the wall clock is ahead of it.
    offset: AtomicU64,
    /// In microseconds since the start.
    settled_after: AtomicU64,
}

impl Timekeeper {
    /// Time by this clock, but never before `latest`, the last time that was written.
    pub(crate) fn new(clock: Arc<dyn Clock>, latest: Option<Timestamp>) -> Self {
        let wall = clock.now();
        let latest = latest.unwrap_or_default();
        let started = clock.elapsed();
        let keeper = Self {
            clock,
            started,
            offset: AtomicU64::new(micros(wall.max(latest).since(Timestamp::default()))),
            settled_after: AtomicU64::new(0),
        };
        if latest.since(wall) > LEAP {
            tracing::error!(
                %wall, %latest, behind_seconds = latest.since(wall).as_secs(),
                "the clock stands before the last write in the session store; time goes on from that write, so \
                 that no session lives longer. Correct the machine's clock. If it is right and was wrong, in the \
                 future, when that was written: `handstamp store export`, then `import --end-sessions`",
            );
        } else if latest > Timestamp::default() && wall.since(latest) > ABSENCE {
            keeper.unsettle(Duration::ZERO);
            tracing::error!(
                %wall, %latest, ahead_seconds = wall.since(latest).as_secs(),
                "the clock stands more than a day after the last write in the session store: sessions past their \
                 timeouts are refused, sweeping waits {} s. If nothing ran for so long, all is well; if not, stop \
                 this process and correct the machine's clock",
                SETTLE.as_secs(),
            );
        }
        keeper
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The engine's time.
    pub(crate) fn now(&self) -> Timestamp {
        let (wall, elapsed) = (self.clock.now(), self.elapsed());
        let wanted = micros(wall.since(Timestamp::default())).saturating_sub(micros(elapsed));
        let offset = self.offset.fetch_max(wanted, Ordering::Relaxed);
        let step = Duration::from_micros(wanted.saturating_sub(offset));
        if step > LEAP {
            self.unsettle(elapsed);
            tracing::error!(
                leap_seconds = step.as_secs(),
                "the clock leapt forward: sessions past their timeouts are refused, sweeping waits {} s; check the \
                 machine's time source",
                SETTLE.as_secs(),
            );
        }
        let now = Duration::from_micros(offset.max(wanted)).saturating_add(elapsed);
        Timestamp::default().saturating_add(now)
    }

    /// May the sweep delete anything now? Not shortly after a leap.
    pub(crate) fn is_settled(&self) -> bool {
        self.now();
        micros(self.elapsed()) >= self.settled_after.load(Ordering::Relaxed)
    }

    fn unsettle(&self, from: Duration) {
        self.settled_after.fetch_max(micros(from.saturating_add(SETTLE)), Ordering::Relaxed);
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed().saturating_sub(self.started)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeClock;

    const SECOND: Duration = Duration::from_secs(1);
    const DAY: Duration = Duration::from_secs(86_400);
    const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);

    fn keeper(clock: &FakeClock) -> Timekeeper {
        Timekeeper::new(Arc::new(clock.clone()), None)
    }

    #[test]
    fn time_is_the_clocks_as_long_as_that_goes_forward() {
        for start in [Timestamp::default(), Timestamp::from_millis(1_767_225_600_123)] {
            let clock = FakeClock::at(start);
            let keeper = keeper(&clock);
            assert_eq!(keeper.now(), start);
            for step in [Duration::ZERO, Duration::from_millis(1), SECOND, DAY] {
                clock.advance(step);
                assert_eq!(keeper.now(), clock.now());
            }
            clock.step_forward(SECOND);
            assert_eq!(keeper.now(), clock.now());
            assert!(keeper.is_settled());
        }
    }

    #[test]
    fn time_never_runs_backwards_and_goes_on_after_a_step_back() {
        let clock = FakeClock::new();
        let keeper = keeper(&clock);
        let start = keeper.now();
        for step in [SECOND, DAY, TEN_YEARS] {
            clock.step_back(step);
            assert_eq!(keeper.now(), start);
        }
        clock.advance(7 * SECOND);
        assert_eq!(keeper.now().since(start), 7 * SECOND);
    }

    #[test]
    fn a_leap_forward_suspends_sweeping_for_ten_minutes() {
        let clock = FakeClock::new();
        let keeper = keeper(&clock);
        assert!(keeper.is_settled());
        clock.step_forward(Duration::from_secs(3600));
        assert!(!keeper.is_settled());
        clock.advance(599 * SECOND);
        assert!(!keeper.is_settled());
        clock.advance(SECOND);
        assert!(keeper.is_settled());
    }

    #[test]
    fn time_that_passes_is_no_leap() {
        let clock = FakeClock::new();
        let keeper = keeper(&clock);
        clock.advance(DAY);
        assert!(keeper.is_settled());
    }

    #[test]
    fn after_a_restart_with_the_clock_set_back_time_goes_on_from_the_last_write() {
        for back in [SECOND, DAY, TEN_YEARS] {
            let clock = FakeClock::new();
            let latest = clock.now();
            clock.step_back(back);
            let keeper = Timekeeper::new(Arc::new(clock.clone()), Some(latest));
            assert_eq!(keeper.now(), latest);
            clock.advance(7 * SECOND);
            assert_eq!(keeper.now(), latest.saturating_add(7 * SECOND));
            assert!(keeper.is_settled());
        }
    }

    #[test]
    fn after_a_start_more_than_a_day_after_the_last_write_sweeping_waits() {
        for (ahead, waits) in [(DAY, false), (DAY + SECOND, true), (TEN_YEARS, true)] {
            let clock = FakeClock::new();
            let latest = clock.now();
            clock.step_forward(ahead);
            let keeper = Timekeeper::new(Arc::new(clock.clone()), Some(latest));
            assert_eq!(keeper.now(), clock.now());
            assert_eq!(keeper.is_settled(), !waits, "{ahead:?}");
            clock.advance(600 * SECOND);
            assert!(keeper.is_settled());
        }
    }

    #[test]
    fn a_store_that_was_never_written_is_no_absence() {
        let clock = FakeClock::new();
        for latest in [None, Some(Timestamp::default())] {
            let keeper = Timekeeper::new(Arc::new(clock.clone()), latest);
            assert_eq!(keeper.now(), clock.now());
            assert!(keeper.is_settled());
        }
    }
}
