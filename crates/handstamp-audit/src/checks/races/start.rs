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
    wire::{Exchange, Held, Released, SendError},
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

/// Releases the runners at once, and the late one after `stagger`, or in their midst where there is none; ends when
/// all have their answers.
///
/// An application that loads, handles and saves in one turn of its loop has a window of microseconds: it is hit by
/// what arrives together, not by what arrives ten milliseconds later.
pub(super) async fn race(runners: Vec<Held>, late: Option<Held>, stagger: Duration) -> Result<Raced, Halt> {
    let count = runners.len();
    let started = Instant::now();
    let mut running = JoinSet::new();
    let mut late_started = None;
    // Where nothing is to come in between, nothing is better than all at once.
    let is_in_midst = late.is_some() && stagger.is_zero();
    let before = if is_in_midst { count / 2 } else { count };
    let mut runners = runners.into_iter().enumerate();
    // One task sends all the last bytes: several would wait for each other's turns in between.
    for (number, held) in runners.by_ref().take(before) {
        keep_apart(is_in_midst);
        let released = held.release().await;
        running.spawn(async move { (number, finish(released).await) });
    }
    if let Some(late) = late {
        if !stagger.is_zero() {
            tokio::time::sleep(stagger).await;
        }
        late_started = Some(Instant::now());
        let released = late.release().await;
        running.spawn(async move { (count, finish(released).await) });
    }
    for (number, held) in runners {
        keep_apart(is_in_midst);
        let released = held.release().await;
        running.spawn(async move { (number, finish(released).await) });
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

/// How far apart the last bytes go out where the late one is in their midst. Measured against express-session: four
/// of five rounds hit at 100 us, three of five without, one of five at 2 ms.
const APART: Duration = Duration::from_micros(100);

/// Timers are too coarse for it.
fn keep_apart(is_in_midst: bool) {
    let begun = Instant::now();
    while is_in_midst && begun.elapsed() < APART {
        std::hint::spin_loop();
    }
}

async fn finish(released: Result<Released, SendError>) -> Result<Finish, SendError> {
    let answered = match released {
        Ok(released) => released.answer().await,
        Err(error) => Err(error),
    };
    let at = Instant::now();
    match answered {
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
