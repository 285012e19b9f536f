//! Moving: what one store hands out, another takes in, and nothing of it is lost or doubled.

use std::sync::Arc;

use handstamp::{
    AbsoluteTimeout, EndReason, IdleTimeout, SessionClass, Shorter,
    store::{
        AccountWork, Create, CreateOutcome, ExportCursor, ExportPage, Imported, Row, SessionKey, Store,
        StoredSession, Target, Touch,
    },
};

use super::kit::{Bench, MINUTE, next_id, next_write};
use crate::MakeStore;

/// Something of everything in three cells and two realms.
async fn fill(bench: &Bench) {
    for name in ["cell-key", "policy"] {
        bench.store.put_control(name, None, vec![7; 32]).await.expect("put");
    }
    for cell in [0, 7, 255] {
        for bench in [bench.in_cell(cell), bench.in_realm("other").in_cell(cell)] {
            furnish(&bench).await;
        }
    }
    let ended = bench.in_cell(7);
    ended.end(Target::Cell(ended.realm.clone(), ended.cell), EndReason::RealmEnded).await;
    ended.begun().await;
}

/// Sessions of every kind, and accounts in every state.
async fn furnish(bench: &Bench) {
    let visitor = bench.begun().await;
    bench
        .store
        .touch(&[Touch { key: visitor.key, at: bench.now.saturating_add(MINUTE) }])
        .await
        .expect("touch");
    let remembered = StoredSession {
        class: SessionClass::Persistent,
        shorter: Shorter::none().idle(IdleTimeout::minutes(9)).absolute(AbsoluteTimeout::hours(9)),
        unsettled: true,
        replaces: Some(next_id(handstamp::Cell::new(9))),
        data: Arc::from([]),
        ..bench.signed_in("alice")
    };
    bench.admit(remembered).await;
    let ended = bench.admitted("alice").await;
    bench.sign_out(&ended).await;
    let kept = bench.admitted("bert").await;
    let work = AccountWork::CredentialsChanged { keep: Some(bench.kept(&kept)) };
    bench.change("bert", work).await;
    bench.admitted("held").await;
    bench.change("held", AccountWork::Hold).await;
    bench.admitted("erased").await;
    bench.change("erased", AccountWork::CredentialsChanged { keep: None }).await;
    bench.change("erased", AccountWork::Erase).await;
}

/// Everything that a store hands out, in pages of this size.
async fn exported(store: &dyn Store, limit: usize) -> Vec<Row> {
    let (mut rows, mut from) = (Vec::new(), None);
    loop {
        let ExportPage { rows: page, next } = store.export(from, limit).await.expect("export");
        rows.extend(page);
        from = next;
        if from.is_none() {
            return rows;
        }
    }
}

/// Every field of a row. Taken apart by name: a new field that is forgotten here does not compile.
fn told(row: &Row) -> String {
    let Row::Session(session) = row else { return format!("{row:?}") };
    let StoredSession { key: SessionKey { realm, id }, account, class, created_at, proven_at, .. } =
        &**session;
    let StoredSession { shorter, account_epoch, cell_epoch, privilege, unsettled, write, .. } = &**session;
    let StoredSession { data_write, replaces, state, last_use, body, data, .. } = &**session;
    let place = format!("{realm} {id} {account:?} {class:?} {created_at} {proven_at} {last_use} {shorter:?}");
    let versions =
        format!("{account_epoch:?} {cell_epoch:?} {privilege:?} {unsettled} {write:?} {data_write:?}");
    format!("{place} {versions} {replaces:?} {state:?} {:?} {data:?}", body.as_bytes())
}

fn all_told(rows: &[Row]) -> Vec<String> {
    let mut told: Vec<String> = rows.iter().map(told).collect();
    told.sort_unstable();
    told
}

/// Another store that takes in what one hands out hands out the same.
pub async fn what_is_exported_and_imported_is_the_same(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    fill(&bench).await;
    let rows = exported(&*bench.store, 100).await;
    let expected = all_told(&rows);
    let count = |wanted: fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count();
    assert_eq!(count(|row| matches!(row, Row::Session(_))), 6 * 5 + 1);
    assert_eq!(count(|row| matches!(row, Row::Account { .. })), 6 * 3);
    assert_eq!(count(|row| matches!(row, Row::Floor { .. })), 3);
    assert_eq!(count(|row| matches!(row, Row::Realm { .. })), 1);
    assert_eq!(count(|row| matches!(row, Row::Control { .. })), 2);

    let into = make.make().await;
    let stored = u64::try_from(rows.len()).expect("a number");
    assert_eq!(into.import(rows).await.expect("import"), Imported { stored, there: 0 });
    assert_eq!(all_told(&exported(&*into, 100).await), expected);
    let (from, into) = (bench.store.stats().await.expect("stats"), into.stats().await.expect("stats"));
    assert_eq!((from.live, from.ended, from.accounts), (into.live, into.ended, into.accounts));
}

/// Repeating an import, whole or in part, stores nothing twice.
pub async fn an_import_twice_is_once(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    fill(&bench).await;
    let rows = exported(&*bench.store, 100).await;
    let expected = all_told(&rows);
    let all = u64::try_from(rows.len()).expect("a number");
    let into = make.make().await;
    let (half, rest) = (rows[..rows.len() / 2].to_vec(), u64::try_from(rows.len() / 2).expect("a number"));
    into.import(half).await.expect("import");
    let again = into.import(rows.clone()).await.expect("import");
    assert_eq!(again, Imported { stored: all - rest, there: rest });
    assert_eq!(into.import(rows).await.expect("import"), Imported { stored: 0, there: all });
    assert_eq!(all_told(&exported(&*into, 100).await), expected);
}

/// What an import finds in its place it leaves as it is: a session that has ended since stays ended.
pub async fn an_import_revives_nothing(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    let session = bench.admitted("alice").await;
    let rows = exported(&*bench.store, 100).await;
    bench.sign_out(&session).await;
    bench.change("alice", AccountWork::Hold).await;
    bench.store.import(rows).await.expect("import");
    assert!(bench.ending(&session).await.is_some());
    assert!(bench.state("alice").await.held);
}

/// An imported session is one like any other: it is listed, written, capped and ended.
pub async fn an_imported_session_lives_on(make: impl MakeStore) {
    let from = Bench::new(&make).await;
    let session = from.admitted("alice").await;
    let rows = exported(&*from.store, 100).await;
    let bench = Bench::new(&make).await;
    bench.store.import(rows).await.expect("import");
    assert_eq!(bench.head().await, 0, "an import is in no log");
    assert_eq!(bench.listed("alice").await, [session.key.id]);
    let outcome = bench.store.create(Create { session: session.clone() }).await.expect("create");
    assert_ne!(outcome, CreateOutcome::Exists, "it is the same write");
    let commit = StoredSession { data_write: next_write(), ..session.clone() };
    let conflict = bench.store.commit(bench.commit(&commit, b"x")).await.expect("commit");
    assert_eq!(conflict, handstamp::store::WriteOutcome::Conflict, "its versions came along");
    let done = bench.store.commit(bench.commit(&session, b"new")).await.expect("commit");
    assert_eq!(done, handstamp::store::WriteOutcome::Done);
    bench.end(Target::Account(bench.account("alice")), EndReason::Admin).await;
    assert_eq!(bench.ending(&session).await.map(|ending| ending.reason), Some(EndReason::Admin));
}

/// A page is bounded, whatever its size every row comes once, and it goes on after any session or
/// account, as an interrupted export has to.
pub async fn an_export_comes_in_bounded_pages(make: impl MakeStore) {
    let bench = Bench::new(&make).await;
    fill(&bench).await;
    for _ in 0..20 {
        bench.begun().await;
    }
    let expected = all_told(&exported(&*bench.store, 1000).await);
    // A cell's floor and the states of its realms come with its first accounts.
    let realms = 2 + 1;
    for limit in [1, 3, 20] {
        let (mut rows, mut from) = (Vec::new(), None);
        loop {
            let ExportPage { rows: page, next } = bench.store.export(from, limit).await.expect("export");
            assert!(page.len() <= limit + realms, "{} rows in a page of {limit}", page.len());
            rows.extend(page);
            from = next;
            if from.is_none() {
                break;
            }
        }
        assert_eq!(all_told(&rows), expected, "in pages of {limit}");
        for (number, row) in rows.iter().enumerate() {
            let cursor = match row {
                Row::Account { account, .. } => ExportCursor::States(account.cell, Some(account.clone())),
                Row::Session(session) => {
                    ExportCursor::Sessions(session.key.cell(), Some(session.key.clone()))
                }
                _ => continue,
            };
            let page = bench.store.export(Some(cursor), limit).await.expect("export");
            for (found, next) in page.rows.iter().zip(&rows[number + 1..]) {
                assert_eq!(told(found), told(next), "after row {number}");
            }
        }
    }
}
