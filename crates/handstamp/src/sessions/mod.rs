//! The engine: what happens to sessions, one file per verb.
//!
//! Every verb follows one shape: read, decide by pure values, write on the condition that nothing
//! has moved, and begin again if something has. A write is repeated once when its answer is lost;
//! its write id makes that safe.

mod account;
mod authorise;
mod begin;
mod builder;
mod credentials;
mod edit;
mod end;
#[cfg(all(test, shuttle))]
pub(crate) mod interleavings;
mod judge;
mod last_use;
mod list;
mod live;
mod near;
mod realm;
mod renew;
mod replace;
mod resume;
mod session;
mod sign_in;
mod sign_out;
mod step_up;
mod store_calls;
mod sweep;
mod ticket;
mod upkeep;
mod verdict;

pub use account::{Account, AccountError, AccountExport};
pub use begin::{BeginError, Begun};
pub use builder::{BuildError, Builder};
pub use edit::EditError;
pub use end::{EndError, Ended};
pub use list::{ListError, SessionInfo, SessionPage, SessionStatus};
pub use live::LiveEnd;
pub use realm::RealmEndError;
pub use resume::Activity;
pub use session::{Active, AnonymousSession, SignedInSession};
pub use sign_in::{SignIn, SignInError, SignedIn};
pub use sign_out::SignOutError;
pub use step_up::{PrivilegeError, Rekeyed};
pub use sweep::{SweepError, SweepReport};
pub use ticket::SignInTicket;
pub use upkeep::{Upkeep, UpkeepError};
pub use verdict::Verdict;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use hmac::Hmac;
use sha2::Sha256;

use self::{last_use::LastUses, store_calls::Contact};
use crate::{
    cache::NearCache,
    log::{ArchiveError, Change, LogArchive, LogPosition, LogReader},
    policy::{Policy, PolicyError},
    realm::{AccountId, RealmName},
    store::{MemoryStore, Store, StoreError},
    time::{Timekeeper, Timestamp},
    token::KeyRing,
};

/// The sessions of one realm. Cheap to clone; clones are the same sessions.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn Store>,
    cache: Option<NearCache>,
    /// The store, if it is one that can be read without waiting and nothing stands in front of it.
    memory: Option<MemoryStore>,
    realm: RealmName,
    keys: KeyRing,
    policy: RwLock<Arc<Policy>>,
    time: Timekeeper,
    cell_mac: OnceLock<Hmac<Sha256>>,
    last_uses: LastUses,
    contact: Contact,
    observers: Vec<Observer>,
    store_timeout: Duration,
}

type Observer = Box<dyn Fn(&Change) + Send + Sync>;

impl Sessions {
    /// Begins to set sessions up on a store.
    pub fn builder(store: impl Store) -> Builder {
        Builder::new(store)
    }

    /// Begins to set sessions up on an [embedded store](crate::store::EmbeddedStore) in `folder`, which is
    /// made if it is not there: durable, with the realm key in a file beside it.
    ///
    /// ```no_run
    /// # use handstamp::Sessions;
    /// let sessions = Sessions::embedded("state")?.build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "embedded")]
    pub fn embedded(folder: impl AsRef<std::path::Path>) -> Result<Builder, crate::store::OpenError> {
        let folder = folder.as_ref();
        let store = crate::store::EmbeddedStore::open(folder)?;
        Ok(Self::builder(store).key_folder(folder))
    }

    /// The realm these sessions are of.
    pub fn realm(&self) -> &RealmName {
        &self.inner.realm
    }

    /// The policy in force.
    pub fn policy(&self) -> Arc<Policy> {
        self.inner.policy.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the policy. A shorter timeout applies to live sessions at once.
    pub fn set_policy(&self, policy: Policy) -> Result<(), PolicyError> {
        policy.check()?;
        *self.inner.policy.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policy);
        Ok(())
    }

    /// The engine's time.
    pub fn now(&self) -> Timestamp {
        self.inner.time.now()
    }

    /// One account: its sessions, and everything that is done to them as a whole.
    pub fn account(&self, account: &AccountId) -> Account {
        Account::new(self.clone(), account.clone())
    }

    /// Follows the change log from here on.
    pub async fn log(&self) -> Result<LogReader, StoreError> {
        LogReader::at_end(self.inner.store.clone(), self.inner.realm.clone()).await
    }

    /// Follows the change log from its beginning. The first news is [`LogNews::Behind`](crate::LogNews)
    /// if that has been forgotten.
    pub async fn log_from_start(&self) -> Result<LogReader, StoreError> {
        LogReader::at_start(self.inner.store.clone(), self.inner.realm.clone()).await
    }

    /// Follows the change log from where an earlier reader stood.
    pub fn log_from(&self, position: LogPosition) -> LogReader {
        LogReader::from(self.inner.store.clone(), self.inner.realm.clone(), position)
    }

    /// Opens an archive of the change log: a file that keeps what the store forgets after its retention.
    /// It goes on where the file ends; a new one begins with the beginning of the log. Call
    /// [`LogArchive::catch_up`] now and then, or [`LogArchive::follow`].
    pub async fn archive_log(&self, file: impl AsRef<Path>) -> Result<LogArchive, ArchiveError> {
        let (store, realm) = (self.inner.store.clone(), self.inner.realm.clone());
        LogArchive::timed(store, realm, self.inner.time.shared_clock(), file.as_ref()).await
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.inner.keys
    }

    /// Tells observers of something that has been acknowledged. They may fail or panic; nothing
    /// that has happened depends on them (CVE-2021-34428).
    fn observe(&self, change: &Change) {
        for observer in &self.inner.observers {
            if catch_unwind(AssertUnwindSafe(|| observer(change))).is_err() {
                tracing::error!("an observer of session changes panicked; the change stands");
            }
        }
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").field("realm", &self.inner.realm).finish_non_exhaustive()
    }
}
