//! A store behind an `Arc` is a store: for programs that choose theirs when they start, and for
//! wrappers around any store.

use std::{sync::Arc, time::Duration};

use super::{
    AccountChange, AccountOutcome, Admission, Admit, ChangesPage, Commit, ControlBlob, ControlOutcome,
    Create, CreateOutcome, Durability, End, EndOutcome, ExportCursor, ExportPage, Feed, Heads, Imported,
    List, ListPage, Loaded, Renew, Row, Scan, ScanPage, SessionKey, Stats, Store, StoreFuture, Sweep, Swept,
    Touch, WriteOutcome,
};
use crate::{id::Cell, time::Timestamp};

impl<S: Store + ?Sized> Store for Arc<S> {
    fn durability(&self) -> Durability {
        (**self).durability()
    }

    fn latest(&self) -> Option<Timestamp> {
        (**self).latest()
    }

    fn recall(&self, key: &SessionKey, max_staleness: Duration) -> Option<Arc<Loaded>> {
        (**self).recall(key, max_staleness)
    }

    fn create(&self, create: Create) -> StoreFuture<'_, CreateOutcome> {
        (**self).create(create)
    }

    fn load<'a>(&'a self, key: &'a SessionKey) -> StoreFuture<'a, Option<Loaded>> {
        (**self).load(key)
    }

    fn load_many<'a>(&'a self, keys: &'a [SessionKey]) -> StoreFuture<'a, Vec<Option<Loaded>>> {
        (**self).load_many(keys)
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, WriteOutcome> {
        (**self).commit(commit)
    }

    fn renew(&self, renew: Renew) -> StoreFuture<'_, WriteOutcome> {
        (**self).renew(renew)
    }

    fn touch<'a>(&'a self, touches: &'a [Touch]) -> StoreFuture<'a, ()> {
        (**self).touch(touches)
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        (**self).admit(admit)
    }

    fn end(&self, end: End) -> StoreFuture<'_, EndOutcome> {
        (**self).end(end)
    }

    fn account(&self, change: AccountChange) -> StoreFuture<'_, AccountOutcome> {
        (**self).account(change)
    }

    fn list(&self, list: List) -> StoreFuture<'_, ListPage> {
        (**self).list(list)
    }

    fn scan(&self, scan: Scan) -> StoreFuture<'_, ScanPage> {
        (**self).scan(scan)
    }

    fn sweep(&self, sweep: Sweep) -> StoreFuture<'_, Swept> {
        (**self).sweep(sweep)
    }

    fn changes(&self, cell: Cell, after: u64, limit: usize) -> StoreFuture<'_, ChangesPage> {
        (**self).changes(cell, after, limit)
    }

    fn heads(&self) -> StoreFuture<'_, Heads> {
        (**self).heads()
    }

    fn changed(&self, cell: Cell, after: u64) -> StoreFuture<'_, u64> {
        (**self).changed(cell, after)
    }

    fn feed(&self) -> StoreFuture<'_, Box<dyn Feed>> {
        (**self).feed()
    }

    fn stats(&self) -> StoreFuture<'_, Stats> {
        (**self).stats()
    }

    fn control<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<ControlBlob>> {
        (**self).control(name)
    }

    fn put_control<'a>(
        &'a self,
        name: &'a str,
        seen: Option<u64>,
        bytes: Vec<u8>,
    ) -> StoreFuture<'a, ControlOutcome> {
        (**self).put_control(name, seen, bytes)
    }

    fn export(&self, from: Option<ExportCursor>, limit: usize) -> StoreFuture<'_, ExportPage> {
        (**self).export(from, limit)
    }

    fn import(&self, rows: Vec<Row>) -> StoreFuture<'_, Imported> {
        (**self).import(rows)
    }
}
