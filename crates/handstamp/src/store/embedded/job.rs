//! One operation that waits for its group.

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

pub(super) struct Operation<T, F> {
    work: F,
    outcome: Option<T>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Operation<T, F>
where
    T: Send,
    F: FnMut(&mut Group<'_, '_>) -> Result<T, StoreError> + Send,
{
    /// The operation, and where its answer arrives.
    pub(super) fn new(work: F) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (caller, answer) = oneshot::channel();
        (Self { work, outcome: None, caller }, answer)
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
