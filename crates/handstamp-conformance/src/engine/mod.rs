//! The engine on any store, with faults in between.

/// Makes a test of each.
#[doc(hidden)]
#[macro_export]
macro_rules! engine_tests {
    ($make:expr) => {};
}
