//! A session as it was found: what a handler holds while it answers one request.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::judge::Renewal;
use crate::{
    device::DeviceFacts,
    id::SessionId,
    policy::{ClockTable, Deadline, SessionClass},
    proof::{Authorisations, Proof},
    realm::AccountId,
    record::Record,
    slot::{SlotData, SlotError, SlotValue},
    store::{Epoch, Loaded, StoredSession},
    time::Timestamp,
    token::Presented,
};

/// A session that may be used, anonymous or signed in.
#[allow(clippy::exhaustive_enums, reason = "there is no third state between nobody and somebody")]
pub enum Active {
    /// Nobody is signed in.
    Anonymous(AnonymousSession),
    /// Somebody is.
    SignedIn(SignedInSession),
}

/// A session in which nobody is signed in.
pub struct AnonymousSession(pub(super) Snapshot);

/// A session in which somebody is signed in. Only this type can step up or change credentials.
pub struct SignedInSession {
    pub(super) snapshot: Snapshot,
    account: AccountId,
}

/// What was loaded, and the token it was loaded for.
#[derive(Clone)]
pub(super) struct Snapshot {
    /// Shared with the cache that it comes from: nothing of it is copied to read it.
    pub(super) loaded: Arc<Loaded>,
    /// By what the store and this process knew.
    pub(super) last_use: Timestamp,
    record: OnceLock<Arc<Record>>,
    pub(super) presented: Presented,
    pub(super) renewal: Renewal,
}

impl Active {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        match snapshot.row().account.clone() {
            Some(account) => Self::SignedIn(SignedInSession { snapshot, account }),
            None => Self::Anonymous(AnonymousSession(snapshot)),
        }
    }

    pub(super) fn snapshot(&self) -> &Snapshot {
        match self {
            Self::Anonymous(session) => &session.0,
            Self::SignedIn(session) => &session.snapshot,
        }
    }

    pub(super) fn snapshot_mut(&mut self) -> &mut Snapshot {
        match self {
            Self::Anonymous(session) => &mut session.0,
            Self::SignedIn(session) => &mut session.snapshot,
        }
    }

    /// Its public name.
    pub fn id(&self) -> SessionId {
        self.snapshot().row().key.id
    }

    /// Whose it is, if anybody's.
    pub fn account(&self) -> Option<&AccountId> {
        self.snapshot().row().account.as_ref()
    }

    /// The signed-in session, if it is one.
    pub fn signed_in(&self) -> Option<&SignedInSession> {
        match self {
            Self::SignedIn(session) => Some(session),
            Self::Anonymous(_) => None,
        }
    }

    /// When it began.
    pub fn created_at(&self) -> Timestamp {
        self.snapshot().row().created_at
    }

    /// Reads a slot as it was when the session was loaded; the default value if there is none.
    pub fn read<T: SlotValue>(&self) -> Result<T, SlotError> {
        SlotData::read_in(&self.snapshot().row().data)
    }

    /// The browser and system it was begun on.
    pub fn device(&self) -> &DeviceFacts {
        &self.snapshot().record().device
    }

    /// When it will end if it is not used again.
    pub fn deadline(&self, clocks: &ClockTable) -> Deadline {
        let snapshot = self.snapshot();
        let row = snapshot.row();
        row.clocks(clocks).deadline(row.proven_at, snapshot.last_use)
    }

    pub(super) fn privilege(&self) -> Epoch {
        self.snapshot().row().privilege
    }

    /// Is a new token due? Renew where the answer is known to reach the client.
    pub fn renewal_is_due(&self) -> bool {
        self.snapshot().renewal != Renewal::NotDue
    }

    /// How long a cookie for it may live: until the absolute timeout for a remembered session, not at
    /// all beyond the browser for the others.
    #[cfg(feature = "web")]
    pub(crate) fn cookie_lifetime(&self, sessions: &super::Sessions) -> Option<std::time::Duration> {
        let row = self.snapshot().row();
        let absolute = row.clocks(&sessions.policy().clocks()).absolute.duration();
        let until = row.proven_at.saturating_add(absolute);
        self.is_persistent().then(|| until.since(sessions.now()))
    }

    /// Was it begun with "remember me"?
    pub fn is_persistent(&self) -> bool {
        self.snapshot().row().class == SessionClass::Persistent
    }
}

impl fmt::Debug for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Active({})", self.id())
    }
}

impl fmt::Debug for SignedInSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedInSession({})", self.id())
    }
}

impl AnonymousSession {
    /// Its public name.
    pub fn id(&self) -> SessionId {
        self.0.row().key.id
    }
}

impl SignedInSession {
    /// Its public name.
    pub fn id(&self) -> SessionId {
        self.snapshot.row().key.id
    }

    /// Whose it is.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    #[cfg(feature = "web")]
    pub(crate) fn body(&self) -> (&crate::store::Body, &OnceLock<Arc<Record>>) {
        (&self.snapshot.row().body, &self.snapshot.record)
    }

    /// How its holder proved who they are.
    pub fn proof(&self) -> Option<&Proof> {
        self.snapshot.record().proof.as_ref()
    }

    /// When that was. Freshness counts from here, never from the last renewal.
    pub fn proven_at(&self) -> Timestamp {
        self.snapshot.row().proven_at
    }

    /// What the application has granted.
    pub fn authorisations(&self) -> &Authorisations {
        &self.snapshot.record().authorisations
    }
}

impl Snapshot {
    /// Of a session whose record's head has been read.
    pub(super) fn new(
        loaded: Arc<Loaded>,
        last_use: Timestamp,
        presented: Presented,
        renewal: Renewal,
    ) -> Self {
        Self { loaded, last_use, record: OnceLock::new(), presented, renewal }
    }

    pub(super) fn with_record(self, record: Record) -> Self {
        Self { record: Arc::new(record).into(), ..self }
    }

    /// The whole record; most requests never ask for it.
    pub(super) fn record(&self) -> &Arc<Record> {
        self.row().body.record_in(&self.record)
    }

    pub(super) fn row(&self) -> &StoredSession {
        &self.loaded.session
    }

    /// To be changed to what has been written. Others keep what they have.
    pub(super) fn row_mut(&mut self) -> &mut StoredSession {
        &mut Arc::make_mut(&mut self.loaded).session
    }

    /// Takes over a record that was just written, under the token that was issued for it.
    pub(super) fn rewritten(&mut self, record: Record, write: crate::id::WriteId, presented: Presented) {
        self.record = Arc::new(record).into();
        self.row_mut().write = write;
        self.presented = presented;
        self.renewal = Renewal::NotDue;
    }
}
