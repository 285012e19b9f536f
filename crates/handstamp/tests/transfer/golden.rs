//! An export of version 1, kept as it was written: every later program reads it, and one that writes
//! version 1 writes it so.

use std::{fs, path::Path, sync::Arc};

use handstamp::{
    AbsoluteTimeout, AccountId, Actor, Cell, EndReason, Ending, IdleTimeout, RealmName, SessionClass,
    SessionId, Shorter, Timestamp, WriteId,
    store::{
        AccountKey, AccountState, CellState, Durability, Epoch, MemoryStore, Row, SessionKey, Store,
        StoredSession, StoredState,
    },
    transfer::Reading,
};

use crate::support::{export, import, rows, whole_lines};

fn golden() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transfer/v1.jsonl")).unwrap()
}

const CELL: Cell = Cell::new(7);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + seconds * 1000)
}

fn id(number: u8) -> SessionId {
    let mut bytes = [number; 16];
    bytes[0] = CELL.number();
    SessionId::from_bytes(bytes)
}

fn session(number: u8) -> StoredSession {
    StoredSession {
        key: SessionKey::new(RealmName::default(), id(number)),
        account: None,
        class: SessionClass::Anonymous,
        created_at: at(0),
        proven_at: at(0),
        shorter: Shorter::none(),
        account_epoch: Epoch::default(),
        cell_epoch: Epoch::new(2),
        privilege: Epoch::default(),
        unsettled: false,
        write: WriteId::from_bytes([number; 16]),
        data_write: WriteId::from_bytes([number + 100; 16]),
        replaces: None,
        state: StoredState::Live,
        last_use: at(60),
        body: b"\x01{\"generation\":1,\"later\":1.50}".into(),
        data: Arc::from([]),
    }
}

/// A row of each kind, and a session in every form.
fn model() -> Vec<Row> {
    let (realm, anna) = (RealmName::default(), AccountId::new("anna \u{e9} \"1\"").unwrap());
    let account = AccountKey { realm: realm.clone(), id: anna.clone(), cell: CELL };
    let signed_in = StoredSession {
        account: Some(anna.clone()),
        class: SessionClass::Persistent,
        shorter: Shorter::none().idle(IdleTimeout::minutes(5)).absolute(AbsoluteTimeout::hours(5)),
        account_epoch: Epoch::new(3),
        privilege: Epoch::new(1),
        unsettled: true,
        replaces: Some(id(9)),
        data: Arc::from(*b"\x01{\"slots\":{}}"),
        ..session(2)
    };
    let evidence = serde_json::from_str(r#"{"presented":3,"current":5}"#).unwrap();
    let reused = Ending::new(EndReason::Reuse, Actor::System, at(70)).with_evidence(evidence);
    let replaced = Ending::new(EndReason::Replaced, Actor::Person, at(80)).replaced_by(id(2));
    let ended = |number, ending| {
        let state = StoredState::Ended(ending);
        let class = SessionClass::Browser;
        StoredSession { account: Some(anna.clone()), class, state, ..session(number) }
    };
    let bytes = StoredSession { body: b"\xff\x00".into(), ..session(5) };
    let sessions = [session(1), signed_in, ended(3, reused), ended(4, replaced), bytes];
    let states = [
        Row::Control { name: "cell-key".into(), bytes: vec![7; 32] },
        Row::Floor { cell: CELL, epoch: Epoch::new(4) },
        Row::Realm { realm, cell: CELL, state: CellState { epoch: Epoch::new(2), ended_at: at(10) } },
        Row::Account {
            account,
            state: AccountState { epoch: Epoch::new(3), held: true, changed_at: at(20) },
        },
    ];
    states.into_iter().chain(sessions.map(|session| Row::Session(Box::new(session)))).collect()
}

#[tokio::test]
async fn version_1_is_written_as_it_was() {
    let store = Arc::new(MemoryStore::new());
    store.import(model()).await.unwrap();
    assert_eq!(rows(&export(&store).await), rows(&golden()));
}

#[tokio::test]
async fn version_1_is_read_for_ever() {
    let file = golden();
    let mut reading = Reading::new();
    for line in whole_lines(&file) {
        reading.line(line).unwrap();
    }
    let contents = reading.finish().unwrap();
    assert_eq!((contents.header.version, contents.header.durability), (1, Durability::Memory));
    assert_eq!((contents.header.sessions, contents.counts.rows()), (5, 9));
    let store = Arc::new(MemoryStore::new());
    import(&store, &file).await.unwrap();
    assert_eq!(rows(&export(&store).await), rows(&file));
}
