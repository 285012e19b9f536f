//! The store that a verb works on.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use handstamp::store::{EmbeddedOptions, EmbeddedStore, OpenError, StoreInfo};

use super::failure::Failure;

#[derive(Args)]
pub(super) struct Place {
    /// The folder of the store.
    pub(super) folder: PathBuf,
    /// Wait so many seconds for another process to let go of the store.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
}

impl Place {
    fn options(&self) -> EmbeddedOptions {
        EmbeddedStore::options().wait_for_lock(Duration::from_secs(self.wait))
    }

    /// What is there, once no other process holds it.
    pub(super) fn inspect(&self) -> Result<StoreInfo, Failure> {
        Ok(self.options().inspect(&self.folder)?)
    }

    /// Opens a store that is there. One that was put back from a backup is refused before anything is
    /// decided about its sessions: what is read from it would carry them elsewhere.
    pub(super) fn open(&self) -> Result<EmbeddedStore, Failure> {
        if let Some(why) = self.inspect()?.restored {
            return Err(Failure::Restored { folder: self.to_string(), why });
        }
        Ok(self.options().open(&self.folder)?)
    }

    /// The same for a store that may not be there yet.
    pub(super) fn open_or_new(&self) -> Result<EmbeddedStore, Failure> {
        match self.open() {
            Err(Failure::Open(OpenError::Missing { .. })) => Ok(self.options().open(&self.folder)?),
            opened => opened,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.folder.display().fmt(f)
    }
}
