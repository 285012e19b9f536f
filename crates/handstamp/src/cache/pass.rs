//! The cache as a store: reads are remembered, writes forget.

use std::{sync::Arc, time::Duration};

use tokio::task::yield_now;

use super::{
    Inner, NearCache,
    flights::{Answer, Boarding},
    shard::Scope,
};
use crate::{
    id::Cell,
    store::{
        AccountChange, AccountKey, AccountOutcome, AccountWork, Admission, Admit, ChangesPage, Commit,
        ControlBlob, ControlOutcome, Create, CreateOutcome, Durability, End, EndOutcome, ExportCursor,
        ExportPage, Feed, Heads, Imported, List, ListPage, Loaded, Renew, Row, Scan, ScanPage, SessionKey,
        Stats, Store, StoreError, StoreFuture, Sweep, Swept, Target, Touch, WriteOutcome,
    },
    time::Timestamp,
};

impl Store for NearCache {
    fn durability(&self) -> Durability {
        self.inner.store.durability()
    }

    fn latest(&self) -> Option<Timestamp> {
        self.inner.store.latest()
    }

    fn recall(&self, key: &SessionKey, max_staleness: Duration) -> Option<Arc<Loaded>> {
        self.inner.recall(key, max_staleness)
    }

    fn create(&self, create: Create) -> StoreFuture<'_, CreateOutcome> {
        let scope = Scope::session(&create.session.key);
        self.inner.write(scope, move |store| store.create(create))
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        if !self.inner.is_wanted() {
            return self.inner.store.load(key);
        }
        Box::pin(self.inner.load(key))
    }

    fn load_many<'a>(&'a self, keys: &'a [SessionKey]) -> StoreFuture<'a, Vec<Option<Loaded>>> {
        self.inner.store.load_many(keys)
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        self.inner.write(Scope::session(&commit.key), move |store| store.commit(commit))
    }

    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        self.inner.write(Scope::session(&renew.key), move |store| store.renew(renew))
    }

    fn touch<'a>(&'a self, touches: &'a [Touch]) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            self.inner.store.touch(touches).await?;
            for touch in touches {
                self.inner.place(touch.key.cell()).lock().touched(touch);
            }
            Ok(())
        })
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        Box::pin(async move {
            let session = &admit.session.key;
            let replaced = admit.replaced.map(|old| SessionKey::new(session.realm.clone(), old.id));
            let named: Vec<_> = std::iter::once(session.clone()).chain(replaced).collect();
            self.inner.forget(&Scope::Sessions(named.clone()));
            // It may end others of the account for the cap; which, only its answer says.
            let scope = match admit.session.account.clone() {
                Some(id) => {
                    Scope::Account(AccountKey { realm: session.realm.clone(), id, cell: session.cell() })
                }
                None => Scope::Sessions(named.clone()),
            };
            let realm = session.realm.clone();
            let mut after = Forgetting { cache: &self.inner, scope };
            let admission = self.inner.store.admit(admit).await?;
            if let Admission::Admitted { ended } = &admission {
                let ended = ended.iter().map(|id| SessionKey::new(realm.clone(), *id));
                after.scope = Scope::Sessions(named.into_iter().chain(ended).collect());
            }
            Ok(admission)
        })
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        let scope = match &end.target {
            Target::One(key, _) => Scope::session(key),
            Target::Account(account) | Target::AllBut(account, _) => Scope::Account(account.clone()),
            Target::Cell(realm, cell) => Scope::Realm(realm.clone(), *cell),
        };
        self.inner.write(scope, move |store| store.end(end))
    }

    fn account(&self, change: AccountChange) -> StoreFuture<'_, AccountOutcome> {
        let scope = match change.work {
            AccountWork::Read => Scope::Nothing,
            _ => Scope::Account(change.account.clone()),
        };
        self.inner.write(scope, move |store| store.account(change))
    }

    fn list(&self, list: List) -> StoreFuture<'_, ListPage> {
        self.inner.store.list(list)
    }

    fn scan(&self, scan: Scan) -> StoreFuture<'_, ScanPage> {
        self.inner.store.scan(scan)
    }

    fn sweep(&self, sweep: Sweep) -> StoreFuture<'_, Swept> {
        Box::pin(async move {
            let swept = self.inner.store.sweep(sweep).await?;
            for (key, _) in &swept.ended {
                self.inner.forget(&Scope::session(key));
            }
            Ok(swept)
        })
    }

    fn changes(&self, cell: Cell, after: u64, limit: usize) -> StoreFuture<'_, ChangesPage> {
        self.inner.store.changes(cell, after, limit)
    }

    fn heads(&self) -> StoreFuture<'_, Heads> {
        self.inner.store.heads()
    }

    fn changed(&self, cell: Cell, after: u64) -> StoreFuture<'_, u64> {
        self.inner.store.changed(cell, after)
    }

    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>> {
        self.inner.store.feed()
    }

    fn stats(&self) -> StoreFuture<'_, Stats> {
        self.inner.store.stats()
    }

    fn control<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<ControlBlob>> {
        self.inner.store.control(name)
    }

    fn put_control<'a>(
        &'a self,
        name: &'a str,
        seen: Option<u64>,
        bytes: Vec<u8>,
    ) -> StoreFuture<'a, ControlOutcome> {
        self.inner.store.put_control(name, seen, bytes)
    }

    fn export(&self, from: Option<ExportCursor>, limit: usize) -> StoreFuture<'_, ExportPage> {
        self.inner.store.export(from, limit)
    }

    fn import(&self, rows: Vec<Row>) -> StoreFuture<'_, Imported> {
        self.inner.write(Scope::Everything, move |store| store.import(rows))
    }
}

impl Inner {
    /// A write. What it may change is forgotten now, so that an end which hangs is asked of the store
    /// meanwhile, and again when it is over, whatever came of it: what was loaded in between may be older
    /// than what is about to be acknowledged.
    fn write<'a, T: Send + 'a>(
        &'a self,
        scope: Scope,
        write: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            self.forget(&scope);
            let _after = Forgetting { cache: self, scope };
            write(&*self.store).await
        })
    }

    /// A load that begins after this call, alone or with others.
    async fn load(&self, key: &SessionKey) -> Result<Option<Loaded>, StoreError> {
        let place = self.place(key.cell());
        let came = place.lock().flights.next();
        let mut waited = false;
        loop {
            let boarding = place.lock().board(key, came);
            match boarding {
                Boarding::Fly(number) => {
                    let mut flight = Flight { cache: self, key, number, over: false };
                    if waited {
                        // The others who waited come aboard first.
                        yield_now().await;
                    }
                    let answer = self.store.load(key).await.map(|loaded| loaded.map(|it| own(it, key)));
                    flight.over = true;
                    place.lock().land(key, number, &answer);
                    return give(&answer);
                }
                Boarding::Join(mut flight) => {
                    if let Ok(answer) = flight.wait_for(Option::is_some).await
                        && let Some(answer) = &*answer
                    {
                        return give(answer);
                    }
                }
                // Over, spoiled or given up: whoever asks first begins the next one.
                Boarding::Wait(mut flight) => {
                    drop(flight.wait_for(Option::is_some).await);
                    waited = true;
                }
            }
        }
    }
}

/// Under the caller's key: its realm's name is shared with the engine, the loaded one would be a copy for
/// each session.
fn own(mut loaded: Loaded, key: &SessionKey) -> Arc<Loaded> {
    if loaded.session.key == *key {
        loaded.session.key = key.clone();
    }
    Arc::new(loaded)
}

fn give(answer: &Answer) -> Result<Option<Loaded>, StoreError> {
    answer.clone().map(|loaded| loaded.map(|loaded| Loaded::clone(&loaded)))
}

/// Forgets when it goes, also when the caller has lost patience.
struct Forgetting<'a> {
    cache: &'a Inner,
    scope: Scope,
}

impl Drop for Forgetting<'_> {
    fn drop(&mut self) {
        self.cache.forget(&self.scope);
    }
}

/// A load under way. Dropped before it is over, it lets the next one begin.
struct Flight<'a> {
    cache: &'a Inner,
    key: &'a SessionKey,
    number: u64,
    over: bool,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if !self.over {
            drop(self.cache.place(self.key.cell()).lock().flights.land(self.key, self.number));
        }
    }
}
