//! Opening the store of a folder for a verb.

use std::{path::Path, time::Duration};

use handstamp::store::{EmbeddedStore, OpenError};

use super::failure::Failure;

/// Opens a store that is there. One that was put back from a backup is refused before anything is
/// decided about its sessions: what is read from it would carry them elsewhere.
pub(super) fn open(folder: &Path, wait: u64) -> Result<EmbeddedStore, Failure> {
    let options = EmbeddedStore::options().wait_for_lock(Duration::from_secs(wait));
    if let Some(why) = options.inspect(folder)?.restored {
        return Err(Failure::Restored { folder: folder.display().to_string(), why });
    }
    Ok(options.open(folder)?)
}

/// The same for a store that may not be there yet.
pub(super) fn open_or_new(folder: &Path, wait: u64) -> Result<EmbeddedStore, Failure> {
    match open(folder, wait) {
        Err(Failure::Open(OpenError::Missing { .. })) => {
            let options = EmbeddedStore::options().wait_for_lock(Duration::from_secs(wait));
            Ok(options.open(folder)?)
        }
        opened => opened,
    }
}
