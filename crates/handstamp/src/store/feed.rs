//! The feed: how a cache in front learns what changed, and how far it may trust that it has.
//!
//! A cache may answer only while a probe of its own has come back through the feed, and counts its
//! age from the moment the probe was *sent* (promise 13).

use super::StoreFuture;
use crate::id::Cell;

/// One connection to the changes of a store. A change is told only when every load and every reading of
/// the log sees it: what is loaded after the news would otherwise be cached as it was before.
pub trait Feed: Send {
    /// Sends a probe into the same channel that changes come through.
    fn probe(&mut self) -> StoreFuture<'_, Probe>;

    /// The next news; waits when there is none. An error or [`FeedNews::Lost`] means that everything
    /// vouched for by this feed is void. A wait that is dropped loses no news: whoever follows drops it to
    /// send a probe.
    fn next(&mut self) -> StoreFuture<'_, FeedNews>;
}

/// Names a probe of one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probe(u64);

impl Probe {
    /// The probe with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What a feed says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "part of the contract")]
pub enum FeedNews {
    /// This cell's log has grown to here.
    Changed(Cell, u64),
    /// Everything acknowledged before this probe was sent has been told.
    Returned(Probe),
    /// Something may have been missed; begin again with a new feed.
    Lost,
}
