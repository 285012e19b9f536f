//! How far the cache may be believed: when the last probe that came back was sent.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::sync::watch;

/// No probe has come back.
const NONE: u64 = u64::MAX;

pub(super) struct Vouch {
    /// When the last probe that came back was sent, in microseconds of the clock's elapsed time. It is
    /// published after everything that was told before the probe has been applied, and read before a
    /// session is looked up.
    proven: AtomicU64,
    /// How long that probe was under way, in microseconds.
    lag: AtomicU64,
    lost: AtomicU64,
    /// The highest request for a probe that has been answered.
    answered: watch::Sender<u64>,
}

impl Vouch {
    pub(super) fn new() -> Self {
        Self {
            proven: AtomicU64::new(NONE),
            lag: AtomicU64::new(NONE),
            lost: AtomicU64::new(0),
            answered: watch::Sender::new(0),
        }
    }

    pub(super) fn proven(&self) -> Option<Duration> {
        read(&self.proven)
    }

    pub(super) fn lag(&self) -> Option<Duration> {
        read(&self.lag)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// A probe has come back and everything before it has been applied. Sent at the start of the
    /// microsecond: a proof is rather older than younger.
    pub(super) fn prove(&self, sent: Duration, now: Duration, asked: u64) {
        self.lag.store(micros(now.saturating_sub(sent)), Ordering::Relaxed);
        self.proven.store(micros(sent), Ordering::Release);
        self.answered.send_if_modified(|answered| {
            let rises = asked > *answered;
            *answered = asked.max(*answered);
            rises
        });
    }

    /// Nothing is proven any more. To be called before what was kept is thrown away.
    pub(super) fn lose(&self) {
        if self.proven.swap(NONE, Ordering::AcqRel) != NONE {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        self.lag.store(NONE, Ordering::Relaxed);
    }

    pub(super) fn answered(&self) -> watch::Receiver<u64> {
        self.answered.subscribe()
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).map_or(NONE - 1, |micros| micros.min(NONE - 1))
}

fn read(from: &AtomicU64) -> Option<Duration> {
    Some(from.load(Ordering::Acquire)).filter(|micros| *micros != NONE).map(Duration::from_micros)
}
