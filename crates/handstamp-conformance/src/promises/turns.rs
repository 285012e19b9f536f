//! A clock that goes on only when everybody waits for it, straight to the next moment that somebody
//! waits for. So a test sees how long something took, to the millisecond, and never sleeps.

use std::time::Duration;

use handstamp::{Clock, Sleep, Timestamp, testing::FakeClock};
use tokio::{sync::watch, task::JoinHandle};

/// Notes who sleeps until when. Clones are the same clock.
#[derive(Clone)]
pub(super) struct Turns {
    clock: FakeClock,
    sleepers: watch::Sender<Vec<Duration>>,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { clock: FakeClock::new(), sleepers: watch::Sender::new(Vec::new()) }
    }

    /// Lets time pass for as long as the task takes.
    pub(super) async fn until<T>(&self, mut task: JoinHandle<T>) -> (T, Duration) {
        let start = self.clock.elapsed();
        loop {
            tokio::select! {
                done = &mut task => return (done.expect("no panic"), self.clock.elapsed().saturating_sub(start)),
                next = self.next() => self.clock.advance(next.saturating_sub(self.clock.elapsed())),
            }
        }
    }

    /// Lets this much time pass, and everybody wake whose moment comes in it. Somebody must be waiting.
    pub(super) async fn pass(&self, time: Duration) {
        let until = self.clock.elapsed() + time;
        loop {
            let next = self.next().await.min(until + Duration::from_millis(1));
            self.clock.advance(next.min(until).saturating_sub(self.clock.elapsed()));
            if next > until {
                return;
            }
        }
    }

    /// The next moment that somebody waits for, once nobody is late.
    async fn next(&self) -> Duration {
        let now = self.clock.elapsed();
        let mut sleepers = self.sleepers.subscribe();
        let awake =
            |sleepers: &Vec<Duration>| !sleepers.is_empty() && sleepers.iter().all(|until| *until > now);
        let sleepers = sleepers.wait_for(awake).await.expect("the clock holds the sender");
        sleepers.iter().min().copied().unwrap_or(now)
    }
}

impl Clock for Turns {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        // The pause begins before it is noted: from then on the clock may move.
        let pause = self.clock.sleep(duration);
        let until = self.clock.elapsed().saturating_add(duration);
        let sleeper = Sleeper { until, sleepers: self.sleepers.clone() };
        self.sleepers.send_modify(|sleepers| sleepers.push(until));
        Box::pin(async move {
            pause.await;
            drop(sleeper);
        })
    }
}

struct Sleeper {
    until: Duration,
    sleepers: watch::Sender<Vec<Duration>>,
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.sleepers.send_modify(|sleepers| {
            if let Some(own) = sleepers.iter().position(|until| *until == self.until) {
                sleepers.swap_remove(own);
            }
        });
    }
}
