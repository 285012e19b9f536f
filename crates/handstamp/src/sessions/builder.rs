//! Setting sessions up: everything is checked here, once.

use std::{
    any::Any,
    path::PathBuf,
    sync::{Arc, OnceLock, RwLock},
    time::Duration,
};

use super::{Inner, Observer, Sessions, last_use::LastUses, near::Near, store_calls::Contact};
use crate::{
    log::Change,
    policy::{Cap, Policy, PolicyError},
    realm::RealmName,
    store::{Durability, MemoryStore, Store},
    time::{Clock, SystemClock, Timekeeper},
    token::{KeyFileError, KeyRing, RealmKey},
};

/// How long a store may take to answer before it counts as unavailable.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// Sets sessions up. Only a store is needed; everything else has a safe default.
pub struct Builder {
    store: Arc<dyn Store>,
    realm: RealmName,
    key: Option<RealmKey>,
    /// Where a realm without a key finds one, or gets one made.
    key_folder: Option<PathBuf>,
    previous_key: Option<RealmKey>,
    policy: Policy,
    clock: Arc<dyn Clock>,
    observers: Vec<Observer>,
    store_timeout: Duration,
    near: Near,
    memory: Option<MemoryStore>,
}

/// Why sessions could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The policy contradicts itself.
    #[error("the session policy is refused: {0}")]
    Policy(#[from] PolicyError),
    /// A store that outlives the process needs a key that does so too.
    #[error(
        "this store keeps sessions {durability}, so it needs a realm key that is kept as long: make one with \
         `RealmKey::generate`, keep it where the store is not, and hand it to `Builder::key`"
    )]
    #[non_exhaustive]
    KeyMissing {
        /// The store's durability.
        durability: Durability,
    },
    /// The realm key's file cannot be used.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
}

impl Builder {
    pub(super) fn new(store: impl Store) -> Self {
        Self {
            near: Near::of(&store),
            memory: (&store as &dyn Any).downcast_ref::<MemoryStore>().cloned(),
            store: Arc::new(store),
            realm: RealmName::default(),
            key: None,
            key_folder: None,
            previous_key: None,
            policy: Policy::default(),
            clock: Arc::new(SystemClock::new()),
            observers: Vec::new(),
            store_timeout: STORE_TIMEOUT,
        }
    }

    /// The realm. Default: `default`.
    #[must_use]
    pub fn realm(mut self, realm: RealmName) -> Self {
        self.realm = realm;
        self
    }

    /// The realm key. A memory store makes itself one; every other store needs one.
    #[must_use]
    pub fn key(mut self, key: RealmKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The folder in which the realm's key lies in a file of its own, `<realm>.key`, or is made at the
    /// first start, readable by its owner only. A key that is handed over by [`key`](Self::key) wins.
    #[must_use]
    pub fn key_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.key_folder = Some(folder.into());
        self
    }

    /// The key before, whose tokens are still accepted while the key changes.
    #[must_use]
    pub fn previous_key(mut self, key: RealmKey) -> Self {
        self.previous_key = Some(key);
        self
    }

    /// The policy. Default: [`Policy::aal2`].
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// How many sessions an account may have. Default: 100, the oldest ends.
    #[must_use]
    pub fn cap(mut self, cap: Cap) -> Self {
        self.policy.cap = cap;
        self
    }

    /// The clock. Default: the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Calls `observer` after each change that this process made and the store acknowledged. For
    /// counters and logs; whoever must not miss a change reads the change log.
    #[must_use]
    pub fn observe(mut self, observer: impl Fn(&Change) + Send + Sync + 'static) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// How long the store may take before a request is answered with 503. Default: 5 s.
    #[must_use]
    pub fn store_timeout(mut self, timeout: Duration) -> Self {
        self.store_timeout = timeout;
        self
    }

    /// Puts a [near cache](crate::cache) of this many bytes in front of the store. Default: one of 64 MiB
    /// in front of every store but a memory store. A store that is a
    /// [`NearCache`](crate::cache::NearCache) already stays as it is.
    #[must_use]
    pub fn near_cache(self, bytes: usize) -> Self {
        self.near(Near::Bytes(bytes))
    }

    /// Asks the store each time. For a single policy, `max_staleness` 0 does the same.
    #[must_use]
    pub fn without_near_cache(self) -> Self {
        self.near(Near::Without)
    }

    fn near(mut self, near: Near) -> Self {
        if !matches!(self.near, Near::There(_)) {
            self.near = near;
        }
        self
    }

    /// Checks everything and sets the sessions up. Asks nothing of the store but when it was last written:
    /// time goes on from there if the machine's clock was set back meanwhile.
    pub fn build(self) -> Result<Sessions, BuildError> {
        self.policy.check()?;
        let durability = self.store.durability();
        let key = match (self.key, self.key_folder) {
            (Some(key), _) => key,
            (None, Some(folder)) => RealmKey::from_file_or_new(folder.join(format!("{}.key", self.realm)))?,
            (None, None) if durability == Durability::Memory => RealmKey::generate(),
            (None, None) => return Err(BuildError::KeyMissing { durability }),
        };
        let mut keys = KeyRing::new(&self.realm, key);
        if let Some(previous) = self.previous_key {
            keys = keys.accepting(&self.realm, previous);
        }
        tracing::info!(realm = %self.realm, %durability, "sessions are set up");
        let (store, cache) = self.near.in_front_of(self.store, &self.clock);
        let memory = self.memory.filter(|_| cache.is_none());
        let time = Timekeeper::new(self.clock, store.latest());
        Ok(Sessions {
            inner: Arc::new(Inner {
                store,
                cache,
                memory,
                realm: self.realm,
                keys,
                policy: RwLock::new(Arc::new(self.policy)),
                time,
                cell_mac: OnceLock::new(),
                last_uses: LastUses::new(),
                contact: Contact::default(),
                observers: self.observers,
                store_timeout: self.store_timeout,
            }),
        })
    }
}
