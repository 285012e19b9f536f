//! A clock that is moved by hand.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::time::{Clock, Sleep, Timestamp};

/// A clock that stands still until a test moves it. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct FakeClock {
    hands: Arc<Mutex<Hands>>,
    moved: watch::Sender<Duration>,
}

#[derive(Clone, Copy, Debug)]
struct Hands {
    wall: Timestamp,
    elapsed: Duration,
}

impl FakeClock {
    /// Stands at 2026-01-01T00:00:00Z.
    pub fn new() -> Self {
        Self::at(Timestamp::from_millis(1_767_225_600_000))
    }

    /// Stands at this time.
    pub fn at(wall: Timestamp) -> Self {
        let hands = Hands { wall, elapsed: Duration::from_secs(1000) };
        Self { hands: Arc::new(Mutex::new(hands)), moved: watch::Sender::new(hands.elapsed) }
    }

    /// Time passes: sleeps that are over end, and everybody sees the new time.
    pub fn advance(&self, by: Duration) {
        let elapsed = {
            let mut hands = self.hands();
            hands.wall = hands.wall.saturating_add(by);
            hands.elapsed += by;
            hands.elapsed
        };
        self.moved.send_replace(elapsed);
    }

    /// Somebody sets the time of day forward; no time has passed.
    pub fn step_forward(&self, by: Duration) {
        let mut hands = self.hands();
        hands.wall = hands.wall.saturating_add(by);
    }

    /// Somebody sets the time of day back; no time has passed.
    pub fn step_back(&self, by: Duration) {
        let mut hands = self.hands();
        hands.wall = hands.wall.saturating_sub(by);
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        self.hands().wall
    }

    fn elapsed(&self) -> Duration {
        self.hands().elapsed
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        let mut moved = self.moved.subscribe();
        let until = self.hands().elapsed.saturating_add(duration);
        Box::pin(async move {
            // The clock holds the sender, so this ends only by the clock.
            let _ = moved.wait_for(|elapsed| *elapsed >= until).await;
        })
    }
}
