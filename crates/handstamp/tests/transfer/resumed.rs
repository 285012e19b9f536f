//! Exports and imports that were interrupted.

use std::sync::Arc;

use handstamp::{
    RealmKey,
    store::{MemoryStore, Store},
    testing::sign_in_as,
    transfer::{Export, ExportError, Import, Reading},
};

use crate::support::{EXPORTED_AT, drain, export, house, import, on, rows, whole_lines};

/// Wherever a file was cut off, going on gives the very same file in the end.
#[tokio::test]
async fn an_export_goes_on_from_every_byte() {
    let store = house().await;
    let whole = export(&store).await;
    let first_line = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    // Every byte would be slow; a prime step meets every kind of line in every state of tearing.
    let last_line = whole.len() - whole_lines(&whole).last().unwrap().len() - 1;
    let places = (first_line..whole.len()).step_by(97).chain([first_line, last_line, whole.len() - 1]);
    let mut kinds = std::collections::BTreeSet::new();
    for cut in places {
        let mut reading = Reading::new();
        for line in whole_lines(&whole[..cut]) {
            reading.line(line).unwrap();
        }
        let point = reading.resume_point().unwrap();
        let kept = usize::try_from(point.offset()).unwrap();
        assert!(kept <= cut);
        let kind = whole_lines(&whole[..kept]).last().unwrap().to_vec();
        kinds.insert(String::from_utf8(kind[..8].to_vec()).unwrap());
        let rest = drain(Export::resume(store.clone(), point).await.unwrap()).await;
        assert!([&whole[..kept], &rest].concat() == whole, "cut at byte {cut}");
    }
    assert_eq!(kinds.len(), 3, "after the first line, an account and a session: {kinds:?}");
}

/// A file cut off within its first line has nothing to go on from.
#[tokio::test]
async fn without_a_first_line_there_is_no_going_on() {
    let whole = export(&house().await).await;
    let mut reading = Reading::new();
    for line in whole_lines(&whole[..20]) {
        reading.line(line).unwrap();
    }
    assert!(reading.resume_point().is_none());
    for line in whole_lines(&whole) {
        reading.line(line).unwrap();
    }
    assert!(reading.is_complete() && reading.resume_point().is_none(), "nor is there after the last");
}

/// A session that ended in between would be alive in the first half of the export.
#[tokio::test]
async fn an_export_of_a_store_that_changed_does_not_go_on() {
    let store = house().await;
    let whole = export(&store).await;
    let mut reading = Reading::new();
    for line in whole_lines(&whole[..whole.len() / 2]) {
        reading.line(line).unwrap();
    }
    let point = reading.resume_point().unwrap();
    let other = house().await;
    assert!(matches!(Export::resume(other, point.clone()).await, Err(ExportError::Changed)));
    sign_in_as(&on(&store, "default", RealmKey::generate()), "late").await;
    assert!(matches!(Export::resume(store, point).await, Err(ExportError::Changed)));
}

/// An import that stopped after any line is repeated from the first and completes.
#[tokio::test]
async fn an_import_that_stopped_is_repeated() {
    let whole = export(&house().await).await;
    let lines = whole_lines(&whole);
    for stop in (0..lines.len()).step_by(23).chain([1, lines.len() - 1]) {
        let into = Arc::new(MemoryStore::new());
        let mut stopped = Import::new(into.clone() as Arc<dyn Store>);
        for line in &lines[..stop] {
            stopped.line(line).await.unwrap();
        }
        // What was read so far is stored as if the batch had been full.
        let cut_off = stopped.finish().await;
        assert!(cut_off.is_err(), "stopped after {stop} lines");
        if stop > 0 {
            let half = Export::begin(into.clone(), EXPORTED_AT).await;
            assert!(matches!(half, Err(ExportError::HalfImported)), "half a store is not moved on");
        }
        let summary = import(&into, &whole).await.unwrap();
        assert_eq!(summary.imported.stored + summary.imported.there, summary.contents.counts.rows());
        assert_eq!(summary.imported.there, u64::try_from(stop.saturating_sub(1)).unwrap());
        assert_eq!(rows(&export(&into).await), rows(&whole));
    }
}
