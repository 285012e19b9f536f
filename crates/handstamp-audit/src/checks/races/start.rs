//! The start of a race: requests that lack their last byte, released together, in real time.
//!
//! The ten milliseconds between writes and the logout are the machine's, not the injected clock's: what they have to
//! fall into is the application's own handling of a request.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{
    audit::Halt,
    check::Reason,
    wire::{Exchange, Held, SendError},
};

/// One request's end.
#[derive(Clone, Debug)]
pub(super) struct Finish {
    /// The answer; `None` where the connection broke.
    pub(super) answer: Option<Arc<Exchange>>,
    /// When it was there.
    pub(super) at: Instant,
}

/// What came of a race, in the order in which its requests were given.
#[derive(Clone, Debug)]
pub(super) struct Raced {
    /// When the first last bytes went out.
    pub(super) started: Instant,
    pub(super) runners: Vec<Finish>,
    /// When the late one's last byte went out.
    pub(super) late_started: Option<Instant>,
    pub(super) late: Option<Finish>,
}

/// Releases the runners at once, and the late one after `stagger`; ends when all have their answers.
pub(super) async fn race(runners: Vec<Held>, late: Option<Held>, stagger: Duration) -> Result<Raced, Halt> {
    let count = runners.len();
    let started = Instant::now();
    let mut running = JoinSet::new();
    for (number, held) in runners.into_iter().enumerate() {
        running.spawn(async move { (number, finish(held).await) });
    }
    let mut late_started = None;
    if let Some(late) = late {
        // Lets the runners have their turn, also where there is no time between.
        tokio::task::yield_now().await;
        if !stagger.is_zero() {
            tokio::time::sleep(stagger).await;
        }
        late_started = Some(Instant::now());
        running.spawn(async move { (count, finish(late).await) });
    }
    let mut finishes: Vec<Option<Finish>> = vec![None; count + 1];
    while let Some(joined) = running.join_next().await {
        let Ok((number, finished)) = joined else {
            return Err(Halt::inconclusive(Reason::TargetFailing, "a request of the race was lost"));
        };
        let finish = finished?;
        if finish.answer.as_ref().is_some_and(|answer| answer.response.status == 429) {
            return Err(SendError::Slowed { retry_after: None }.into());
        }
        if let Some(place) = finishes.get_mut(number) {
            *place = Some(finish);
        }
    }
    let late = finishes.pop().flatten();
    Ok(Raced { started, runners: finishes.into_iter().flatten().collect(), late_started, late })
}

async fn finish(held: Held) -> Result<Finish, SendError> {
    let released = held.release().await;
    let at = Instant::now();
    match released {
        Ok(answer) => Ok(Finish { answer: Some(answer), at }),
        Err(SendError::Broken { .. } | SendError::TimedOut { .. } | SendError::Unreachable { .. }) => {
            Ok(Finish { answer: None, at })
        }
        Err(error) => Err(error),
    }
}

impl Raced {
    /// How many runners had no answer yet when the late one's last byte went out.
    pub(super) fn under_way(&self) -> usize {
        let Some(late) = self.late_started else { return 0 };
        self.runners.iter().filter(|finish| finish.at > late).count()
    }

    /// How many runners were answered with a status below 400.
    pub(super) fn taken(&self) -> usize {
        self.answers().filter(|answer| answer.response.status < 400).count()
    }

    /// The runners' answers.
    pub(super) fn answers(&self) -> impl Iterator<Item = &Arc<Exchange>> {
        self.runners.iter().filter_map(|finish| finish.answer.as_ref())
    }

    /// From the start to the last runner's answer.
    pub(super) fn took(&self) -> Duration {
        self.runners
            .iter()
            .map(|finish| finish.at.saturating_duration_since(self.started))
            .max()
            .unwrap_or_default()
    }
}
