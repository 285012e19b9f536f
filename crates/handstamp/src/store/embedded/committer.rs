//! The one thread that writes.
//!
//! It takes what has arrived while the last commit was under way and commits it as one group, so that
//! many callers share one sync and none waits for a timer. Nobody is answered before the sync. A
//! commit that fails is never tried again: after a failed sync the kernel may have dropped the pages
//! and report the next one as done (the "fsyncgate" of 2018). The store reads on and writes no more.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use super::{
    fault::{guarded, storage},
    group::{Application, Applied, Waiting, apply},
    job::Job,
    shared::Shared,
    uses,
};
use crate::store::StoreError;

/// How long after a change the witness beside the file hears of it: so much of a store's life may be
/// missing from a backup that is taken for the store itself.
const TESTIMONY: Duration = Duration::from_secs(5);
/// How many operations share a commit at most.
const GROUP: usize = 1024;

/// What the thread is told.
pub(super) enum Message {
    /// Do this.
    Job(Box<dyn Job>),
    /// Last uses are waiting.
    Uses,
    /// Write what is waiting and end.
    Close,
}

/// Runs until told to close, or until nobody is left who could. `testify` is called some time after
/// the store has changed, and at the end.
pub(super) fn run(shared: &Arc<Shared>, messages: &Receiver<Message>, testify: impl Fn()) {
    let mut due: Option<Instant> = None;
    let mut testimony: Option<Instant> = None;
    loop {
        let wait = [due, testimony].into_iter().flatten().min();
        let first = match wait {
            None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => messages.recv_timeout(wait.saturating_duration_since(Instant::now())),
        };
        let mut jobs: Vec<Waiting> = Vec::new();
        let mut close = false;
        match first {
            Ok(message) => sort(message, &mut jobs, &mut due, &mut close),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => close = true,
        }
        while jobs.len() < GROUP && !close {
            match messages.try_recv() {
                Ok(message) => sort(message, &mut jobs, &mut due, &mut close),
                Err(_) => break,
            }
        }
        let uses_due = close || due.is_some_and(|due| due <= Instant::now());
        if !jobs.is_empty() || uses_due {
            commit(shared, jobs);
            due = (!shared.uses.is_empty()).then(|| due.map_or_else(latest, |due| due.max(Instant::now())));
            testimony.get_or_insert_with(|| Instant::now() + TESTIMONY);
        }
        if close {
            drain(shared, messages);
            return testify();
        }
        if testimony.is_some_and(|due| due <= Instant::now()) {
            testify();
            testimony = None;
        }
    }
}

fn latest() -> Instant {
    Instant::now() + uses::LATEST
}

fn sort(message: Message, jobs: &mut Vec<Waiting>, due: &mut Option<Instant>, close: &mut bool) {
    match message {
        Message::Job(job) => jobs.push((job, Ok(()))),
        Message::Uses => {
            due.get_or_insert_with(latest);
        }
        Message::Close => *close = true,
    }
}

/// Writes every last use that is left, and tells late callers that the store is closed.
fn drain(shared: &Arc<Shared>, messages: &Receiver<Message>) {
    while !shared.uses.is_empty() && shared.failure().is_none() {
        commit(shared, Vec::new());
    }
    while let Ok(message) = messages.try_recv() {
        if let Message::Job(job) = message {
            job.answer(Err(shared.closed()));
        }
    }
}

/// One group: applied, announced, committed, answered.
fn commit(shared: &Arc<Shared>, mut jobs: Vec<Waiting>) {
    if let Some(failure) = shared.failure() {
        return answer(jobs, &Err(failure));
    }
    let has_room = shared.space.has_room();
    let applied = match apply(&shared.database, &mut jobs, &shared.uses, has_room) {
        Ok(Application::Applied(applied)) => applied,
        Ok(Application::Nothing) => {
            shared.uses.settle(true);
            return answer(jobs, &Ok(()));
        }
        Err(error) => {
            shared.uses.settle(false);
            let failure = shared.fail(&error);
            return answer(jobs, &Err(failure));
        }
    };
    let Applied { transaction, staged } = *applied;
    shared.in_flight.announce(&staged);
    let committed = guarded(|| {
        transaction.commit().map_err(|error| match error {
            redb::CommitError::Storage(error) => storage(error),
            error => StoreError::unavailable(error.to_string()),
        })?;
        shared.refresh()
    });
    shared.uses.settle(committed.is_ok());
    match committed {
        Ok(()) => {
            shared.in_flight.landed();
            for (cell, row) in &staged.cells {
                shared.wrote(*cell, row);
            }
            answer(jobs, &Ok(()));
        }
        // What was in flight stays so: nobody can tell whether it is on disk.
        Err(error) => {
            let failure = shared.fail(&error);
            shared.in_flight.lost();
            answer(jobs, &Err(failure));
        }
    }
}

fn answer(jobs: Vec<Waiting>, committed: &Result<(), StoreError>) {
    for (job, result) in jobs {
        job.answer(result.and_then(|()| committed.clone()));
    }
}
