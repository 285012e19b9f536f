//! Writes the operations of a store that wraps another one.

/// Inside `impl Store for Wrapper`: writes these operations, each of which goes through the
/// wrapper's own `around`. `durability` is written by hand, as is whatever is not named.
///
/// ```
/// use std::sync::Arc;
/// use handstamp::{forward_store, store::{Durability, MemoryStore, Store, StoreFuture}, testing::StoreCall};
///
/// /// Prints every call.
/// struct Printing(Arc<dyn Store>);
///
/// impl Printing {
///     fn around<'a, T: Send + 'a>(
///         &'a self,
///         call: StoreCall,
///         operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
///     ) -> StoreFuture<'a, T> {
///         println!("{call}");
///         operation(&*self.0)
///     }
/// }
///
/// impl Store for Printing {
///     fn durability(&self) -> Durability { self.0.durability() }
///     forward_store!(every operation);
/// }
/// # let _ = Printing(Arc::new(MemoryStore::new()));
/// ```
#[macro_export]
macro_rules! forward_store {
    (every operation) => {
        $crate::forward_store!(every read);
        $crate::forward_store!(create commit renew touch admit end account sweep put_control import);
    };
    (every read) => {
        $crate::forward_store!(load load_many list scan changes heads changed feed stats control export);
    };
    (@ create) => {
        fn create(&self, create: $crate::store::Create)
        -> $crate::store::StoreFuture<'_, $crate::store::CreateOutcome> {
            let call = $crate::forward_store!(call Create Session(create.session.key.clone()));
            self.around(call, move |store| store.create(create))
        }
    };
    (@ load) => {
        fn load<'a>(&'a self, key: &'a $crate::store::SessionKey)
        -> $crate::store::StoreFuture<'a, Option<$crate::store::Loaded>> {
            let call = $crate::forward_store!(call Load Session(key.clone()));
            self.around(call, move |store| store.load(key))
        }
    };
    (@ load_many) => {
        fn load_many<'a>(&'a self, keys: &'a [$crate::store::SessionKey])
        -> $crate::store::StoreFuture<'a, Vec<Option<$crate::store::Loaded>>> {
            let call = $crate::forward_store!(call LoadMany Sessions(keys.to_vec()));
            self.around(call, move |store| store.load_many(keys))
        }
    };
    (@ commit) => {
        fn commit(&self, commit: $crate::store::Commit)
        -> $crate::store::StoreFuture<'_, $crate::store::WriteOutcome> {
            let call = $crate::forward_store!(call Commit Session(commit.key.clone()));
            self.around(call, move |store| store.commit(commit))
        }
    };
    (@ renew) => {
        fn renew(&self, renew: $crate::store::Renew)
        -> $crate::store::StoreFuture<'_, $crate::store::WriteOutcome> {
            let call = $crate::forward_store!(call Renew Session(renew.key.clone()));
            self.around(call, move |store| store.renew(renew))
        }
    };
    (@ touch) => {
        fn touch<'a>(&'a self, touches: &'a [$crate::store::Touch]) -> $crate::store::StoreFuture<'a, ()> {
            let call = $crate::testing::StoreCall::new(
                $crate::testing::Operation::Touch,
                $crate::testing::Subject::from(touches),
            );
            self.around(call, move |store| store.touch(touches))
        }
    };
    (@ admit) => {
        fn admit(&self, admit: $crate::store::Admit)
        -> $crate::store::StoreFuture<'_, $crate::store::Admission> {
            let call = $crate::forward_store!(call Admit Session(admit.session.key.clone()));
            self.around(call, move |store| store.admit(admit))
        }
    };
    (@ end) => {
        fn end(&self, end: $crate::store::End) -> $crate::store::StoreFuture<'_, $crate::store::EndOutcome> {
            let call = $crate::testing::StoreCall::new(
                $crate::testing::Operation::End,
                $crate::testing::Subject::from(&end.target),
            );
            self.around(call, move |store| store.end(end))
        }
    };
    (@ account) => {
        fn account(&self, change: $crate::store::AccountChange)
        -> $crate::store::StoreFuture<'_, $crate::store::AccountOutcome> {
            let call = $crate::testing::StoreCall::new(
                $crate::testing::Operation::from(&change.work),
                $crate::testing::Subject::Account(change.account.clone()),
            );
            self.around(call, move |store| store.account(change))
        }
    };
    (@ list) => {
        fn list(&self, list: $crate::store::List) -> $crate::store::StoreFuture<'_, $crate::store::ListPage> {
            let call = $crate::forward_store!(call List Account(list.account.clone()));
            self.around(call, move |store| store.list(list))
        }
    };
    (@ scan) => {
        fn scan(&self, scan: $crate::store::Scan) -> $crate::store::StoreFuture<'_, $crate::store::ScanPage> {
            let call = $crate::forward_store!(call Scan Store);
            self.around(call, move |store| store.scan(scan))
        }
    };
    (@ sweep) => {
        fn sweep(&self, sweep: $crate::store::Sweep) -> $crate::store::StoreFuture<'_, $crate::store::Swept> {
            let call = $crate::forward_store!(call Sweep Store);
            self.around(call, move |store| store.sweep(sweep))
        }
    };
    (@ changes) => {
        fn changes(&self, cell: $crate::Cell, after: u64, limit: usize)
        -> $crate::store::StoreFuture<'_, $crate::store::ChangesPage> {
            let call = $crate::forward_store!(call Changes Cell(cell));
            self.around(call, move |store| store.changes(cell, after, limit))
        }
    };
    (@ heads) => {
        fn heads(&self) -> $crate::store::StoreFuture<'_, $crate::store::Heads> {
            let call = $crate::forward_store!(call Heads Store);
            self.around(call, move |store| store.heads())
        }
    };
    (@ changed) => {
        fn changed(&self, cell: $crate::Cell, after: u64) -> $crate::store::StoreFuture<'_, u64> {
            let call = $crate::forward_store!(call Changed Cell(cell));
            self.around(call, move |store| store.changed(cell, after))
        }
    };
    (@ feed) => {
        fn feed(&self) -> $crate::store::StoreFuture<'_, Box<dyn $crate::store::Feed>> {
            let call = $crate::forward_store!(call Feed Store);
            self.around(call, move |store| store.feed())
        }
    };
    (@ stats) => {
        fn stats(&self) -> $crate::store::StoreFuture<'_, $crate::store::Stats> {
            let call = $crate::forward_store!(call Stats Store);
            self.around(call, move |store| store.stats())
        }
    };
    (@ control) => {
        fn control<'a>(&'a self, name: &'a str)
        -> $crate::store::StoreFuture<'a, Option<$crate::store::ControlBlob>> {
            let call = $crate::forward_store!(call Control Blob(name.to_owned()));
            self.around(call, move |store| store.control(name))
        }
    };
    (@ put_control) => {
        fn put_control<'a>(&'a self, name: &'a str, seen: Option<u64>, bytes: Vec<u8>)
        -> $crate::store::StoreFuture<'a, $crate::store::ControlOutcome> {
            let call = $crate::forward_store!(call PutControl Blob(name.to_owned()));
            self.around(call, move |store| store.put_control(name, seen, bytes))
        }
    };
    (@ export) => {
        fn export(&self, from: Option<$crate::store::ExportCursor>, limit: usize)
        -> $crate::store::StoreFuture<'_, $crate::store::ExportPage> {
            let call = $crate::forward_store!(call Export Store);
            self.around(call, move |store| store.export(from, limit))
        }
    };
    (@ import) => {
        fn import(&self, rows: Vec<$crate::store::Row>)
        -> $crate::store::StoreFuture<'_, $crate::store::Imported> {
            let call = $crate::forward_store!(call Import Store);
            self.around(call, move |store| store.import(rows))
        }
    };
    (call $operation:ident $subject:ident $(($value:expr))?) => {
        $crate::testing::StoreCall::new(
            $crate::testing::Operation::$operation,
            $crate::testing::Subject::$subject$(($value))?,
        )
    };
    ($($operation:ident)+) => {
        $($crate::forward_store!(@ $operation);)+
    };
}
