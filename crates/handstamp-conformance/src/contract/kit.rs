//! What the contract tests are built of: sessions, accounts and writes with everything filled in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use handstamp::{
    AccountId, Actor, Cap, Cell, Change, Clock, ClockTable, EndReason, Ending, Entry, Policy, RealmName,
    SessionClass, SessionId, Shorter, SystemClock, Timestamp, WriteId,
    store::{
        AccountChange, AccountKey, AccountOutcome, AccountState, AccountWork, Admission, Admit, ChangesPage,
        Commit, Condition, Create, CreateOutcome, End, EndOutcome, Epoch, Kept, List, Loaded, Renew,
        Replaced, SessionKey, Store, StoredSession, StoredState, Sweep, Target,
    },
};

use crate::MakeStore;

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const DAY: Duration = Duration::from_secs(86_400);

/// A fresh store and the names under which a test works in it.
pub(super) struct Bench {
    pub(super) store: Arc<dyn Store>,
    pub(super) realm: RealmName,
    pub(super) cell: Cell,
    pub(super) now: Timestamp,
}

impl Bench {
    pub(super) async fn new(make: &impl MakeStore) -> Self {
        // Times are the real ones: a store may put its own clock in their place.
        let now = SystemClock::new().now();
        Self { store: make.make().await, realm: RealmName::default(), cell: Cell::new(7), now }
    }

    /// The same store in another realm.
    pub(super) fn in_realm(&self, name: &str) -> Self {
        let realm = RealmName::new(name).expect("a realm's name");
        Self { store: self.store.clone(), realm, cell: self.cell, now: self.now }
    }

    /// The same store in another cell.
    pub(super) fn in_cell(&self, cell: u8) -> Self {
        Self { cell: Cell::new(cell), realm: self.realm.clone(), store: self.store.clone(), now: self.now }
    }

    pub(super) fn account(&self, id: &str) -> AccountKey {
        let id = AccountId::new(id).expect("an account's id");
        AccountKey { realm: self.realm.clone(), id, cell: self.cell }
    }

    pub(super) fn key(&self, id: SessionId) -> SessionKey {
        SessionKey::new(self.realm.clone(), id)
    }

    /// An anonymous session that nobody has stored yet. Ids count up.
    pub(super) fn anonymous(&self) -> StoredSession {
        StoredSession {
            key: self.key(next_id(self.cell)),
            account: None,
            class: SessionClass::Anonymous,
            created_at: self.now,
            proven_at: self.now,
            shorter: Shorter::none(),
            account_epoch: Epoch::default(),
            cell_epoch: Epoch::default(),
            privilege: Epoch::default(),
            unsettled: false,
            write: next_write(),
            data_write: next_write(),
            replaces: None,
            state: StoredState::Live,
            last_use: self.now,
            body: b"the record".into(),
            data: Arc::from(*b"the data"),
        }
    }

    /// A session of `account` that nobody has stored yet.
    pub(super) fn signed_in(&self, account: &str) -> StoredSession {
        let account = Some(self.account(account).id);
        StoredSession { account, class: SessionClass::Browser, ..self.anonymous() }
    }

    /// An admission of `session` at this epoch, with a cap that does not matter.
    pub(super) fn admission(&self, session: &StoredSession, epoch: Epoch) -> Admit {
        Admit {
            session: session.clone(),
            epoch,
            replaced: None,
            cap: Cap::keep_newest(1000),
            clocks: self.clocks(),
        }
    }

    /// The old session that a sign-in takes the place of, as it was read.
    pub(super) fn replaced(&self, old: &StoredSession) -> Replaced {
        let _ = self;
        Replaced { id: old.key.id, data_write: old.data_write, privilege: old.privilege }
    }

    /// Stores an anonymous session.
    pub(super) async fn begun(&self) -> StoredSession {
        let session = self.anonymous();
        let outcome = self.store.create(Create { session: session.clone() }).await.expect("create");
        assert_eq!(outcome, CreateOutcome::Done);
        session
    }

    /// Stores this session of an account, at the account's epoch.
    pub(super) async fn admit(&self, session: StoredSession) -> StoredSession {
        let account = session.account.clone().expect("a signed-in session");
        let epoch = self.state(account.as_str()).await.epoch;
        let outcome = self.store.admit(self.admission(&session, epoch)).await.expect("admit");
        assert_eq!(outcome, Admission::Admitted { ended: Vec::new() });
        session
    }

    /// Stores a session of `account`.
    pub(super) async fn admitted(&self, account: &str) -> StoredSession {
        self.admit(self.signed_in(account)).await
    }

    pub(super) async fn load(&self, session: &StoredSession) -> Option<Loaded> {
        self.store.load(&session.key).await.expect("load")
    }

    /// The session as it lies in the store now.
    pub(super) async fn stored(&self, session: &StoredSession) -> StoredSession {
        self.load(session).await.expect("the session is stored").session
    }

    /// How the session has ended by everything that a verdict depends on, its clocks aside.
    pub(super) async fn ending(&self, session: &StoredSession) -> Option<Ending> {
        let loaded = self.load(session).await.expect("the session is stored");
        loaded.session.ending(&loaded.account, &loaded.cell)
    }

    pub(super) async fn state(&self, account: &str) -> AccountState {
        match self.change(account, AccountWork::Read).await {
            AccountOutcome::Done { state, ended } if ended.is_empty() => state,
            other => panic!("reading an account answered {other:?}"),
        }
    }

    pub(super) async fn change(&self, account: &str, work: AccountWork) -> AccountOutcome {
        let change = AccountChange { account: self.account(account), work, by: Actor::Admin, at: self.now };
        self.store.account(change).await.expect("account")
    }

    /// New data under `seen`, as a request with the session's privilege would write it.
    pub(super) fn commit(&self, session: &StoredSession, data: &[u8]) -> Commit {
        Commit {
            key: session.key.clone(),
            seen: session.data_write,
            privilege: session.privilege,
            write: next_write(),
            data: Arc::from(data),
            at: self.now,
        }
    }

    /// A new record that changes nothing else.
    pub(super) fn renew(&self, session: &StoredSession, body: &[u8]) -> Renew {
        Renew {
            key: session.key.clone(),
            seen: session.write,
            write: next_write(),
            body: body.into(),
            proven_at: None,
            unsettled: session.unsettled,
            raises_privilege: false,
            replacement_finished: false,
            change: Change::Renewed { session: session.key.id },
            by: Actor::Person,
            at: self.now,
        }
    }

    /// What a credential change keeps of this session.
    pub(super) fn kept(&self, session: &StoredSession) -> Kept {
        let _ = self;
        let body = b"the kept record".into();
        Kept { id: session.key.id, seen: session.write, write: next_write(), body }
    }

    pub(super) fn ended_as(&self, reason: EndReason) -> Ending {
        Ending::new(reason, Actor::Person, self.now)
    }

    pub(super) async fn end(&self, target: Target, reason: EndReason) -> EndOutcome {
        self.store.end(End { target, ending: self.ended_as(reason) }).await.expect("end")
    }

    /// Ends one session as a sign-out would.
    pub(super) async fn sign_out(&self, session: &StoredSession) {
        let target = Target::One(session.key.clone(), Condition::Always);
        let outcome = self.end(target, EndReason::SignedOut).await;
        assert_eq!(outcome, EndOutcome::Ended(vec![session.key.id]));
    }

    pub(super) fn clocks(&self) -> ClockTable {
        let _ = self;
        Policy::aal2().clocks()
    }

    /// A sweep of the realm that keeps ended sessions for a day, fifty of them per account.
    pub(super) fn sweep(&self) -> Sweep {
        Sweep {
            realm: self.realm.clone(),
            clocks: self.clocks(),
            at: self.now,
            ended_retention: DAY,
            ended_per_account: 50,
            from: None,
            limit: 100,
        }
    }

    /// Every session of an account, in one page.
    pub(super) async fn listed(&self, account: &str) -> Vec<SessionId> {
        let list = List { account: self.account(account), after: None, limit: 1000 };
        let page = self.store.list(list).await.expect("list");
        page.sessions.iter().map(|session| session.key.id).collect()
    }

    pub(super) async fn head(&self) -> u64 {
        self.store.heads().await.expect("heads").of(self.cell)
    }

    /// The entries of the cell after a position.
    pub(super) async fn entries(&self, after: u64) -> Vec<Entry> {
        match self.store.changes(self.cell, after, 1000).await.expect("changes") {
            ChangesPage::Entries(entries) => entries,
            ChangesPage::Behind { .. } => panic!("entries written a moment ago have been forgotten"),
        }
    }

    /// What the entries of the cell after a position say.
    pub(super) async fn told(&self, after: u64) -> Vec<Change> {
        self.entries(after).await.into_iter().map(|entry| entry.change).collect()
    }
}

fn next() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// Ids of one cell count up, as times do.
pub(super) fn next_id(cell: Cell) -> SessionId {
    let mut bytes = [0; 16];
    bytes[0] = cell.number();
    bytes[8..].copy_from_slice(&next().to_be_bytes());
    SessionId::from_bytes(bytes)
}

pub(super) fn next_write() -> WriteId {
    let mut bytes = [0xee; 16];
    bytes[8..].copy_from_slice(&next().to_be_bytes());
    WriteId::from_bytes(bytes)
}
