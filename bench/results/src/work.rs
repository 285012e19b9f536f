//! The names that the measurements of the store give to what they do, for whoever reads their figures.

/// The side that keeps sessions.
pub const HANDSTAMP: &str = "handstamp";
/// The control of the durable sign-ins.
pub const SAME_BYTES: &str = "same bytes";

/// A verdict for one of 1,000 people who are about at the same time, from the near cache.
pub const VERIFY_BUSY_NEAR: &str = "verify, 1,000 people, near cache";
/// A verdict for anybody, from a near cache that holds everybody.
pub const VERIFY_ALL_NEAR: &str = "verify, everybody, near cache of all";
/// A verdict for one of 1,000 people, from the store.
pub const VERIFY_BUSY_STORE: &str = "verify, 1,000 people, store";
/// A verdict for anybody, from the store.
pub const VERIFY_ALL_STORE: &str = "verify, everybody, store";
/// All sessions of one account.
pub const LIST: &str = "list";
/// Ending all sessions of one account, durably.
pub const END_ALL: &str = "end all, durable";

/// What compares sizes, in the order of the tables.
pub const SCALE: [&str; 6] =
    [VERIFY_BUSY_NEAR, VERIFY_ALL_NEAR, VERIFY_BUSY_STORE, VERIFY_ALL_STORE, LIST, END_ALL];

/// Bytes for each cached session, by the growth of the process.
pub const MEMORY: &str = "memory of a cached session";
/// The same, as the cache counts it.
pub const MEMORY_COUNTED: &str = "memory of a cached session, by the cache's own count";
/// Opening a store that was closed.
pub const OPENING_CLEAN: &str = "opening after a clean end";
/// Opening a store whose process was killed while people signed in.
pub const OPENING_KILLED: &str = "opening after SIGKILL while 64 clients sign in";
/// A sweep over live sessions.
pub const SWEEP_IDLE: &str = "sweep that finds nothing to do";
/// A sweep over sessions that have run out.
pub const SWEEP: &str = "sweep that ends sessions, beside 8 clients that sign in";
/// How long a sign-in takes, the middle one.
pub const SIGN_IN_P50: &str = "sign-in of these clients, p50";
/// The same, the longest of 99 in 100.
pub const SIGN_IN_P99: &str = "sign-in of these clients, p99";
/// The setting of these while nothing is swept.
pub const WITHOUT_SWEEP: &str = "without a sweep";
/// The setting of these during a sweep.
pub const DURING_SWEEP: &str = "during a sweep";

/// A sign-in that is on disk before it is answered.
pub const SIGN_IN: &str = "sign-in, durable";
