//! A clock that tests of the running demo may move: the machine's time, and an offset.

use std::time::Duration;

use handstamp::{Clock, Sleep, SystemClock, Timestamp};
use tokio::sync::watch;

/// The machine's clock, moved forward by as much as it was told. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct MovableClock {
    system: SystemClock,
    ahead: watch::Sender<Duration>,
}

impl MovableClock {
    pub(crate) fn new() -> Self {
        Self { system: SystemClock::new(), ahead: watch::Sender::new(Duration::ZERO) }
    }

    /// Lets time pass: both the time of day and elapsed time go forward, so that it is no leap.
    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.send_modify(|ahead| *ahead = ahead.saturating_add(by));
    }

    fn ahead(&self) -> Duration {
        *self.ahead.borrow()
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        self.system.now().saturating_add(self.ahead())
    }

    fn elapsed(&self) -> Duration {
        self.system.elapsed().saturating_add(self.ahead())
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        let until = self.elapsed().saturating_add(duration);
        let mut moved = self.ahead.subscribe();
        Box::pin(async move {
            loop {
                let left = until.saturating_sub(self.elapsed());
                if left.is_zero() {
                    return;
                }
                tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    _ = moved.changed() => {}
                }
            }
        })
    }
}
