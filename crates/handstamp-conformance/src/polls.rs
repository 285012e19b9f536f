//! Dropping a future at each of its awaits.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// More polls than any call needs; one that needs more never ends.
pub(crate) const MOST_POLLS: usize = 1000;

/// Polls at most `polls` times, then drops. `None`: it was not done by then.
///
/// Polls again only when woken, so that a poll is an await of the call and not a moment of waiting for
/// a store that works in another thread. It once polled in a loop, and a store with a disk took
/// thousands of polls to find the end of one await.
pub(crate) async fn dropped_after<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left > 0 {
            left -= 1;
            if let Poll::Ready(result) = future.as_mut().poll(context) {
                return Poll::Ready(Some(result));
            }
        }
        if left == 0 { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}
