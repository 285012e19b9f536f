//! Dropping a future at each of its awaits.

use std::{future::Future, pin::pin};

use futures_util::FutureExt;

/// More polls than any call needs; one that needs more never ends.
pub(crate) const MOST_POLLS: usize = 100_000;

/// Polls at most `polls` times, then drops. `None`: it was not done by then.
pub(crate) async fn dropped_after<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Some(result) = future.as_mut().now_or_never() {
            return Some(result);
        }
        tokio::task::yield_now().await;
    }
    None
}
