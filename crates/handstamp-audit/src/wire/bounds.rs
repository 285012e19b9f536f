//! What a run may ask at most: requests, requests a second, time.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use super::SendError;
use crate::{clock::Clock, recipe::Limits};

/// How long an application that says 429 and not how long is left alone.
const USUAL_WAIT: Duration = Duration::from_secs(5);

/// What is left of a run's budget.
pub(super) struct Bounds {
    clock: Arc<dyn Clock>,
    limits: Limits,
    started: Duration,
    used: AtomicU64,
    is_interrupted: AtomicBool,
    is_cleaning_up: AtomicBool,
    asked_to_wait: Mutex<Duration>,
    bucket: Mutex<Bucket>,
}

/// Requests that may go out at once; fills with time. Sends in the future are promised by going below zero.
struct Bucket {
    tokens: f64,
    filled: Duration,
}

impl Bounds {
    pub(super) fn new(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let started = clock.elapsed();
        let bucket = Mutex::new(Bucket { tokens: f64::from(limits.rate.max(1)), filled: started });
        Self {
            clock,
            limits,
            started,
            used: AtomicU64::new(0),
            is_interrupted: AtomicBool::new(false),
            is_cleaning_up: AtomicBool::new(false),
            asked_to_wait: Mutex::new(USUAL_WAIT),
            bucket,
        }
    }

    /// Waits for the turn of one request, or says why there is none.
    pub(super) async fn admit(&self) -> Result<(), SendError> {
        self.refuse_where_over()?;
        let used = self.used.fetch_add(1, Ordering::Relaxed);
        if used >= self.limits.requests && !self.is_cleaning_up.load(Ordering::Relaxed) {
            self.used.fetch_sub(1, Ordering::Relaxed);
            return Err(SendError::RequestsUsedUp { limit: self.limits.requests });
        }
        let wait = self.take();
        if !wait.is_zero() {
            self.clock.pause(wait).await;
            self.refuse_where_over()?;
        }
        Ok(())
    }

    fn refuse_where_over(&self) -> Result<(), SendError> {
        if self.is_cleaning_up.load(Ordering::Relaxed) {
            return Ok(());
        }
        if self.is_interrupted.load(Ordering::Relaxed) {
            return Err(SendError::Interrupted);
        }
        if self.clock.elapsed().saturating_sub(self.started) > self.limits.time {
            return Err(SendError::TimeUsedUp { limit: self.limits.time });
        }
        Ok(())
    }

    /// How long requests will be admitted still.
    pub(super) fn time_left(&self) -> Duration {
        self.limits.time.saturating_sub(self.clock.elapsed().saturating_sub(self.started))
    }

    fn take(&self) -> Duration {
        let rate = f64::from(self.limits.rate.max(1));
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.elapsed();
        let passed = now.saturating_sub(bucket.filled).as_secs_f64();
        bucket.tokens = (bucket.tokens + passed * rate).min(rate) - 1.0;
        bucket.filled = now;
        Duration::from_secs_f64((-bucket.tokens).max(0.0) / rate)
    }

    pub(super) fn interrupt(&self) {
        self.is_interrupted.store(true, Ordering::Relaxed);
    }

    /// From here on only what the run made is ended: two requests for each session, whatever is left.
    pub(super) fn begin_clean_up(&self) {
        self.is_cleaning_up.store(true, Ordering::Relaxed);
    }

    /// Remembers how long the application asked to be left alone.
    pub(super) fn slowed(&self, retry_after: Option<Duration>) {
        *self.asked_to_wait.lock().unwrap_or_else(PoisonError::into_inner) =
            retry_after.unwrap_or(USUAL_WAIT);
    }

    pub(super) fn asked_to_wait(&self) -> Duration {
        *self.asked_to_wait.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::StillClock;

    fn bounds(requests: u64, rate: u32, seconds: u64) -> (Bounds, Arc<StillClock>) {
        let clock = Arc::new(StillClock::default());
        let limits = Limits { requests, rate, time: Duration::from_secs(seconds) };
        (Bounds::new(limits, clock.clone()), clock)
    }

    #[tokio::test]
    async fn requests_above_the_rate_wait_for_their_turn() {
        let (bounds, clock) = bounds(100, 10, 60);
        for _ in 0..10 {
            bounds.admit().await.unwrap();
        }
        assert_eq!(clock.elapsed(), Duration::ZERO, "a second's worth goes out at once");
        for _ in 0..10 {
            bounds.admit().await.unwrap();
        }
        assert_eq!(clock.elapsed().as_millis(), 1_000);
    }

    #[tokio::test]
    async fn a_budget_that_is_used_up_says_which() {
        let (few, _) = bounds(1, 10, 60);
        few.admit().await.unwrap();
        assert!(matches!(few.admit().await, Err(SendError::RequestsUsedUp { limit: 1 })));
        assert_eq!(few.used(), 1, "a request that was refused was not used");
        let (short, clock) = bounds(10, 10, 5);
        clock.pause(Duration::from_secs(6)).await;
        assert!(matches!(short.admit().await, Err(SendError::TimeUsedUp { .. })));
        let (stopped, _) = bounds(10, 10, 5);
        stopped.interrupt();
        assert!(matches!(stopped.admit().await, Err(SendError::Interrupted)));
    }
}
