//! One operation that waits for its group.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::oneshot;

use super::group::Group;
use crate::store::StoreError;

/// What the committing thread does: run it in the transaction, then answer once it is on disk.
pub(super) trait Job: Send {
    /// Does the operation, or does it again in a new transaction.
    fn run(&mut self, group: &mut Group<'_, '_>) -> Result<(), StoreError>;

    /// Tells the caller, or with an error that it is not known to have happened.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// How many operations wait for the disk at most. More are refused at once: on a disk that hangs they
/// would only fill the memory, for callers who have long gone.
const MOST: usize = 65_536;

/// Counts the operations that wait.
#[derive(Clone, Default)]
pub(super) struct Queue(Arc<AtomicUsize>);

/// A place in the queue, given back when the operation is over.
pub(super) struct Ticket(Queue);

impl Queue {
    /// A place, if there is one.
    pub(super) fn enter(&self) -> Option<Ticket> {
        let ticket = Ticket(self.clone());
        (self.0.fetch_add(1, Ordering::AcqRel) < MOST).then_some(ticket)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

pub(super) struct Operation<T, F> {
    work: F,
    _place: Ticket,
    outcome: Option<T>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Operation<T, F>
where
    T: Send,
    F: FnMut(&mut Group<'_, '_>) -> Result<T, StoreError> + Send,
{
    /// The operation, and where its answer arrives.
    pub(super) fn new(work: F, place: Ticket) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (caller, answer) = oneshot::channel();
        (Self { work, _place: place, outcome: None, caller }, answer)
    }
}

impl<T, F> Job for Operation<T, F>
where
    T: Send,
    F: FnMut(&mut Group<'_, '_>) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, group: &mut Group<'_, '_>) -> Result<(), StoreError> {
        self.outcome = None;
        self.outcome = Some((self.work)(group)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { outcome, caller, .. } = *self;
        let unknown = || StoreError::unavailable("the operation was given up");
        let answer = committed.and_then(|()| outcome.ok_or_else(unknown));
        // A caller that has gone is told nothing.
        let _ = caller.send(answer);
    }
}
