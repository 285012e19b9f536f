//! The feed: what a cache in front may trust.

use std::time::Duration;

use handstamp::store::{ChangesPage, Create, Feed, FeedNews, Probe};

use super::kit::Bench;
use crate::{MakeStore, polls::dropped_after};

/// The next news; a feed that stays silent fails the test instead of hanging it.
async fn next(feed: &mut dyn Feed) -> FeedNews {
    let news = tokio::time::timeout(Duration::from_secs(30), feed.next()).await;
    news.expect("the feed says something").expect("next")
}

/// Everything up to the return of a probe.
async fn until(feed: &mut dyn Feed, probe: Probe) -> Vec<FeedNews> {
    let mut heard = Vec::new();
    loop {
        match next(feed).await {
            FeedNews::Returned(returned) if returned == probe => return heard,
            FeedNews::Returned(_) => {}
            FeedNews::Lost => panic!("nothing was lost"),
            change @ FeedNews::Changed(..) => heard.push(change),
        }
    }
}

/// Promise 13: what was acknowledged before a probe was sent is told before the probe returns.
pub async fn what_came_before_a_probe_is_told_before_it_returns(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut feed = bench.store.feed().await.expect("feed");
    for round in 1..=20 {
        bench.begun().await;
        let probe = feed.probe().await.expect("probe");
        let heard = until(&mut *feed, probe).await;
        assert!(heard.contains(&FeedNews::Changed(bench.cell, round)), "round {round}: {heard:?}");
    }
}

/// A probe that finds nothing new returns all the same: silence is not completeness.
pub async fn a_probe_returns_when_nothing_has_changed(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    bench.begun().await;
    let mut feed = bench.store.feed().await.expect("feed");
    let probe = feed.probe().await.expect("probe");
    until(&mut *feed, probe).await;
    let again = feed.probe().await.expect("probe");
    assert!(again > probe, "probes can be told apart");
    assert_eq!(until(&mut *feed, again).await, []);
}

/// Whoever follows gives up waiting each time that a probe is due.
pub async fn a_wait_that_is_given_up_loses_no_news(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut feed = bench.store.feed().await.expect("feed");
    let mut heard = Vec::new();
    for polls in [0, 1, 2, 3, 1] {
        bench.begun().await;
        heard.extend(dropped_after(feed.next(), polls).await.map(|news| news.expect("next")));
        heard.extend(dropped_after(feed.next(), 1).await.map(|news| news.expect("next")));
    }
    let probe = feed.probe().await.expect("probe");
    heard.extend(until(&mut *feed, probe).await);
    assert!(heard.contains(&FeedNews::Changed(bench.cell, 5)), "{heard:?}");
}

/// Each feed hears everything, whatever the others have heard.
pub async fn every_feed_hears_every_change(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut first = bench.store.feed().await.expect("feed");
    let mut second = bench.store.feed().await.expect("feed");
    bench.begun().await;
    bench.in_cell(200).begun().await;
    for feed in [&mut first, &mut second] {
        let probe = feed.probe().await.expect("probe");
        let heard = until(&mut **feed, probe).await;
        for cell in [bench.cell, bench.in_cell(200).cell] {
            assert!(heard.contains(&FeedNews::Changed(cell, 1)), "{heard:?}");
        }
    }
}

/// Whoever loads after the news must not find what was there before: they would remember it.
pub async fn what_is_told_can_be_read(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut feed = bench.store.feed().await.expect("feed");
    for round in 1..=50 {
        let session = bench.anonymous();
        let (store, key) = (bench.store.clone(), session.key.clone());
        let writer = tokio::spawn(async move { store.create(Create { session }).await.expect("create") });
        assert_eq!(next(&mut *feed).await, FeedNews::Changed(bench.cell, round));
        assert!(bench.store.load(&key).await.expect("load").is_some(), "round {round}: the session");
        let entries = bench.store.changes(bench.cell, round - 1, 10).await.expect("changes");
        assert!(matches!(entries, ChangesPage::Entries(one) if one.len() == 1), "round {round}: its entry");
        writer.await.expect("it is created");
    }
}

/// A change wakes a feed without any probe.
pub async fn a_change_is_told_without_a_probe(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let mut feed = bench.store.feed().await.expect("feed");
    let store = bench.store.clone();
    let session = bench.anonymous();
    let writer = tokio::spawn(async move {
        store.create(Create { session }).await.expect("create");
    });
    assert_eq!(next(&mut *feed).await, FeedNews::Changed(bench.cell, 1));
    writer.await.expect("it is created");
}
