//! The task that follows the store's feed: probes, applies what is told, and says how far the cache may
//! be believed.

use std::{
    collections::VecDeque,
    future::Future,
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

use futures_util::future::{Either, select};
use tokio::{sync::watch, task::yield_now};

use super::{Inner, Wanted, shard::Scope};
use crate::{
    id::Cell,
    store::{ChangesPage, Feed, FeedNews, Heads, Probe, StoreError},
    time::Clock,
};

/// How long the store may take to answer, and a probe to come back, before the feed counts as lost.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before a lost feed is opened again; doubled each time that nothing comes of it.
const RETRY: Duration = Duration::from_millis(100);
/// The longest such wait.
const RETRY_AT_MOST: Duration = Duration::from_secs(5);
/// Entries read at once.
const PAGE: usize = 256;
/// A cell that has grown by more than this is dropped whole: reading would cost more than loading again.
const FAR: u64 = 4 * PAGE as u64;
/// Probes under way at once.
const PROBES: usize = 64;
/// News taken in before others get their turn.
const TURN: usize = 64;

/// Holds the right to follow. When it goes, however that comes, nothing is vouched for any more and
/// the next recall starts another follower.
pub(super) struct Running(Weak<Inner>);

impl Running {
    pub(super) fn new(cache: &Arc<Inner>) -> Self {
        Self(Arc::downgrade(cache))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(cache) = self.0.upgrade() {
            cache.lose();
            cache.followed.store(false, Ordering::Release);
        }
    }
}

/// Follows until the cache is dropped.
pub(super) async fn follow(running: Running, clock: Arc<dyn Clock>, mut wanted: watch::Receiver<Wanted>) {
    let mut pause = RETRY;
    loop {
        let mut follower = Follower { cache: &running.0, clock: &*clock, sent: VecDeque::new(), asked: 0 };
        let Err(error) = follower.follow(&mut wanted).await else { return };
        let Some(cache) = running.0.upgrade() else { return };
        if cache.vouch.proven().is_some() {
            pause = RETRY;
        }
        // Once per outage, not once per try.
        if pause == RETRY {
            tracing::warn!(%error, "the near cache lost the store's feed: every verdict is asked of the store until it is back");
        } else {
            tracing::debug!(%error, "the store's feed is not back yet");
        }
        cache.lose();
        drop(cache);
        if !slept(&*clock, pause, &mut wanted).await {
            return;
        }
        pause = (2 * pause).min(RETRY_AT_MOST);
    }
}

/// Waits. `false`: the cache has been dropped.
async fn slept(clock: &dyn Clock, pause: Duration, wanted: &mut watch::Receiver<Wanted>) -> bool {
    let mut pause = clock.sleep(pause);
    loop {
        match select(pause, Box::pin(wanted.changed())).await {
            Either::Left(_) => return true,
            Either::Right((Err(_), _)) => return false,
            Either::Right((Ok(()), rest)) => pause = rest,
        }
    }
}

struct Follower<'a> {
    cache: &'a Weak<Inner>,
    clock: &'a dyn Clock,
    /// Probes that have not come back, oldest first.
    sent: VecDeque<Sent>,
    /// The last request for a probe that one was sent for.
    asked: u64,
}

struct Sent {
    probe: Probe,
    at: Duration,
    asked: u64,
}

impl Follower<'_> {
    /// Ends well when the cache has been dropped.
    async fn follow(&mut self, wanted: &mut watch::Receiver<Wanted>) -> Result<(), StoreError> {
        let Some(cache) = self.cache.upgrade() else { return Ok(()) };
        let mut feed = self.in_time(cache.store.feed()).await?;
        // Read after the feed was opened: a change is in these positions or is told.
        cache.begin_following(&self.in_time(cache.store.heads()).await?);
        drop(cache);
        let mut next_probe = self.clock.elapsed();
        let mut taken_in = 0;
        loop {
            let want = *wanted.borrow_and_update();
            let now = self.clock.elapsed();
            if now >= next_probe || want.asked > self.asked {
                self.probe(&mut *feed, want.asked).await?;
                next_probe = now.saturating_add(want.every);
            }
            let pause = self.clock.sleep(next_probe.saturating_sub(self.clock.elapsed()));
            let interrupted = select(pause, Box::pin(wanted.changed()));
            match select(feed.next(), interrupted).await {
                Either::Left((news, _)) => {
                    let Some(cache) = self.cache.upgrade() else { return Ok(()) };
                    self.take_in(&cache, news?).await?;
                    taken_in += 1;
                    if taken_in % TURN == 0 {
                        yield_now().await;
                    }
                }
                Either::Right((Either::Right((Err(_), _)), _)) => return Ok(()),
                Either::Right(_) => self.check_patience()?,
            }
        }
    }

    async fn probe(&mut self, feed: &mut dyn Feed, asked: u64) -> Result<(), StoreError> {
        if self.sent.len() >= PROBES {
            return Ok(());
        }
        // The age of what it proves counts from before it is sent.
        let at = self.clock.elapsed();
        let probe = self.in_time(feed.probe()).await?;
        self.sent.push_back(Sent { probe, at, asked });
        self.asked = asked;
        Ok(())
    }

    async fn take_in(&mut self, cache: &Inner, news: FeedNews) -> Result<(), StoreError> {
        match news {
            FeedNews::Changed(cell, head) => self.in_time(cache.catch_up(cell, head)).await,
            FeedNews::Returned(probe) => {
                if let Some(at) = self.sent.iter().position(|sent| sent.probe == probe)
                    && let Some(sent) = self.sent.drain(..=at).next_back()
                {
                    cache.vouch.prove(sent.at, self.clock.elapsed(), sent.asked);
                }
                Ok(())
            }
            FeedNews::Lost => Err(StoreError::unavailable("the feed says that it may have missed something")),
        }
    }

    /// A feed that says nothing is not one that has nothing to say.
    fn check_patience(&self) -> Result<(), StoreError> {
        let now = self.clock.elapsed();
        match self.sent.front() {
            Some(oldest) if now.saturating_sub(oldest.at) > PATIENCE => Err(StoreError::unavailable(
                format!("a probe has not come back within {} s", PATIENCE.as_secs()),
            )),
            _ => Ok(()),
        }
    }

    async fn in_time<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        match select(Box::pin(call), self.clock.sleep(PATIENCE)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => {
                Err(StoreError::unavailable(format!("no answer within {} s", PATIENCE.as_secs())))
            }
        }
    }
}

impl Inner {
    /// A new feed: what is loaded from here on is complete as soon as a probe comes back. What was here
    /// before may be older than the positions and goes.
    pub(super) fn begin_following(&self, heads: &Heads) {
        for (cell, place) in Cell::all().zip(&self.places) {
            place.lock().begin_anew(Some(heads.of(cell)));
        }
    }

    /// The feed is gone: nothing is vouched for, and nothing is kept until there is another.
    pub(super) fn lose(&self) {
        self.vouch.lose();
        for place in &self.places {
            place.lock().begin_anew(None);
        }
    }

    /// Applies a cell's log up to `head`.
    pub(super) async fn catch_up(&self, cell: Cell, head: u64) -> Result<(), StoreError> {
        loop {
            let applied = self.place(cell).lock().applied();
            let Some(after) = applied.filter(|after| *after < head) else { return Ok(()) };
            if head - after > FAR {
                self.start_over(cell, head);
                return Ok(());
            }
            match self.store.changes(cell, after, PAGE).await {
                Ok(ChangesPage::Entries(page)) if page.is_empty() => {
                    return Err(StoreError::unavailable("the feed tells of changes that cannot be read"));
                }
                Ok(ChangesPage::Entries(page)) => self.place(cell).lock().apply(&page),
                Ok(ChangesPage::Behind { resume }) => self.start_over(cell, head.max(resume)),
                Err(StoreError::Corrupt(error)) => {
                    tracing::error!(
                        %error, cell = cell.number(),
                        "an entry of the change log cannot be read: what was cached of its cell is dropped",
                    );
                    self.start_over(cell, head);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Drops a cell whole and goes on from `head`: whatever it says up to there is in every load that
    /// begins from now on.
    fn start_over(&self, cell: Cell, head: u64) {
        let place = self.place(cell);
        let mut shard = place.lock();
        shard.forget(&Scope::Everything);
        shard.set_applied(head);
    }
}
