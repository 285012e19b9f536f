//! Ctrl-C: no further question is asked, and the sessions that were made are ended all the same.

use std::{
    future::Future,
    pin::Pin,
    process::exit,
    sync::Arc,
    time::{Duration, SystemTime},
};

use handstamp_audit::{
    clock::{Clock, MachineClock},
    wire::Client,
};
use tokio::sync::watch;

/// What a process ends with that a signal ended.
pub(super) const INTERRUPTED: u8 = 130;
/// Pauses up to this keep the rate while sessions are ended; longer ones wait for something nobody asks about.
const RATE: Duration = Duration::from_secs(1);

/// The machine's clock, whose long pauses end when the run is interrupted.
pub(super) struct InterruptibleClock {
    machine: MachineClock,
    is_interrupted: watch::Receiver<bool>,
}

impl Clock for InterruptibleClock {
    fn now(&self) -> SystemTime {
        self.machine.now()
    }

    fn elapsed(&self) -> Duration {
        self.machine.elapsed()
    }

    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        if duration <= RATE {
            return self.machine.pause(duration);
        }
        let mut is_interrupted = self.is_interrupted.clone();
        Box::pin(async move {
            let interrupted = async {
                // Without a sender nobody can interrupt.
                if is_interrupted.wait_for(|is_so| *is_so).await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = self.machine.pause(duration) => {}
                () = interrupted => {}
            }
        })
    }
}

/// Hears Ctrl-C for a run.
pub(super) struct Interrupts {
    sender: watch::Sender<bool>,
}

impl Interrupts {
    pub(super) fn new() -> Self {
        Self { sender: watch::Sender::new(false) }
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(InterruptibleClock { machine: MachineClock::new(), is_interrupted: self.sender.subscribe() })
    }

    pub(super) fn happened(&self) -> bool {
        *self.sender.borrow()
    }

    /// From now on the first Ctrl-C stops the client, and the second one the process.
    pub(super) fn stop(&self, client: Client) {
        let sender = self.sender.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            client.interrupt();
            sender.send_replace(true);
            eprintln!(
                "interrupted: ending the sessions that were made; once more stops at once and leaves them"
            );
            if tokio::signal::ctrl_c().await.is_ok() {
                exit(i32::from(INTERRUPTED));
            }
        });
    }
}
