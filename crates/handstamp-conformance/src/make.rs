//! Where the suite gets its stores from, and how its tests are run.

use std::{cell::Cell, future::Future, sync::Arc};

use handstamp::store::Store;

/// Makes fresh, empty stores. Implemented for closures such as `|| async { MyStore::new() }`.
pub trait MakeStore: Send + Sync + 'static {
    /// A store that holds nothing yet and shares nothing with any other.
    fn make(&self) -> impl Future<Output = Arc<dyn Store>> + Send;
}

impl<F, Made, S> MakeStore for F
where
    F: Fn() -> Made + Send + Sync + 'static,
    Made: Future<Output = S> + Send,
    S: Store,
{
    async fn make(&self) -> Arc<dyn Store> {
        Arc::new(self().await)
    }
}

thread_local! {
    /// Which part of the rounds the test on this thread runs.
    static SHARE: Cell<u32> = const { Cell::new(1) };
}

/// Runs one round of each race where other stores run `share`: for a store whose writes wait for a disk
/// or a network. Takes and gives what makes the stores:
/// `store_tests!(one_round_in(5, || async { MyStore::open() }))`.
pub fn one_round_in<M: MakeStore>(share: u32, make: M) -> M {
    SHARE.set(share.max(1));
    make
}

/// How often each race is run: `HANDSTAMP_ROUNDS`, or 100; a part of it for a
/// [slow store](one_round_in). Printed, so that the log of a run says what it was worth.
pub fn rounds() -> u32 {
    let rounds = std::env::var("HANDSTAMP_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let rounds = (rounds / SHARE.get()).max(1);
    println!("{rounds} rounds (HANDSTAMP_ROUNDS)");
    rounds
}

/// Runs one test, on a runtime of several threads: races must be able to happen.
///
/// # Panics
///
/// As the test does, or if the runtime cannot start.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("the test's runtime starts").block_on(test);
}
