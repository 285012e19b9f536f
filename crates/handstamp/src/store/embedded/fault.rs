//! What redb says when something is wrong, in the contract's words.

use std::panic::{AssertUnwindSafe, catch_unwind};

use redb::StorageError;

use crate::{encoding::Corrupt, store::StoreError};

/// An error of the engine: broken content, or a disk that does not do as it is told.
pub(super) fn storage(error: StorageError) -> StoreError {
    match error {
        StorageError::Corrupted(why) => corrupt(why),
        StorageError::PreviousIo => StoreError::unavailable("the disk failed earlier"),
        error => StoreError::unavailable(error.to_string()),
    }
}

pub(super) fn corrupt(why: String) -> StoreError {
    StoreError::Corrupt(Corrupt::Unreadable { what: "session file", reason: why })
}

/// Runs what reads pages. The engine may panic on a page that was altered behind its back; here that
/// is an error like any other.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(corrupt("a page is not what was written".to_owned())))
}
