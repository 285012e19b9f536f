//! Looking at a store, looking for damage, giving space back.

use std::fs;

use redb::{ReadableDatabase, ReadableTable, TableDefinition};

use crate::support::{House, handstamp, json, refused, said};

type Table = TableDefinition<'static, &'static [u8], &'static [u8]>;

#[test]
fn info_says_what_is_there() {
    let house = House::new();
    let bytes = fs::metadata(house.file()).unwrap().len();
    let info = json(&["info", &house.folder()]);
    assert_eq!(info["file"], house.file().to_str().unwrap());
    assert_eq!(info["file_bytes"], bytes);
    assert_eq!((&info["live"], &info["ended"], &info["accounts"]), (&20.into(), &1.into(), &20.into()));
    assert_eq!(info["log_entries"], 22, "21 sign-ins and one sign-out");
    assert_eq!(info["schema"], 1);
    assert!(info["restored"].is_null());
    let printed = said(&["info", &house.folder()]);
    for part in ["sessions.redb", "20 live", "1 ended", "KiB"] {
        assert!(printed.contains(part), "{part} is missing in\n{printed}");
    }
}

#[test]
fn nothing_is_wrong_with_a_store_that_was_closed_or_killed() {
    let house = House::new();
    let report = json(&["check", &house.folder()]);
    assert_eq!(report["problems"], serde_json::json!([]));
    assert_eq!((&report["sessions"], &report["log_entries"]), (&21.into(), &22.into()));
    assert!(said(&["check", &house.folder()]).contains("nothing is wrong"));

    // Between two commits the file is what a killed process leaves.
    let killed = house.path("killed");
    fs::create_dir(&killed).unwrap();
    house.open(async |_| fs::copy(house.file(), format!("{killed}/sessions.redb")).unwrap());
    assert_eq!(json(&["check", &killed])["found"], 0);
}

/// Changes one table behind the store's back.
fn damage(
    house: &House,
    table: &'static str,
    change: impl FnOnce(&mut redb::Table<'_, &'static [u8], &'static [u8]>),
) {
    let database = redb::Database::open(house.file()).unwrap();
    let transaction = database.begin_write().unwrap();
    change(&mut transaction.open_table(Table::new(table)).unwrap());
    transaction.commit().unwrap();
}

fn keys(house: &House, table: &'static str) -> Vec<Vec<u8>> {
    let database = redb::Database::open(house.file()).unwrap();
    let transaction = database.begin_read().unwrap();
    let table = transaction.open_table(Table::new(table)).unwrap();
    table.iter().unwrap().map(|pair| pair.unwrap().0.value().to_vec()).collect()
}

/// What `check` says of a damaged store; it exits with 3 and as JSON says the same.
fn found(house: &House) -> String {
    let (code, why) = refused(&["check", &house.folder()]);
    assert_eq!(code, 3, "{why}");
    let output = handstamp(&["check", &house.folder(), "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(!report["problems"].as_array().unwrap().is_empty());
    let printed = String::from_utf8(handstamp(&["check", &house.folder()]).stdout).unwrap();
    format!("{printed}{why}")
}

#[test]
fn a_session_without_its_index_entry_is_found() {
    let house = House::new();
    // An account's own row ends in a zero byte, an entry of its index in the session's id.
    let entry = keys(&house, "accounts").into_iter().find(|key| key.last() != Some(&0)).unwrap();
    damage(&house, "accounts", |table| _ = table.remove(entry.as_slice()).unwrap());
    let found = found(&house);
    assert!(
        found.contains("is not in the list of its account") && found.contains("sessions.redb"),
        "{found}"
    );
}

#[test]
fn an_index_entry_without_its_session_is_found() {
    let house = House::new();
    let session = keys(&house, "sessions").remove(0);
    damage(&house, "sessions", |table| _ = table.remove(session.as_slice()).unwrap());
    let found = found(&house);
    assert!(found.contains("which is not there"), "{found}");
    assert!(found.contains(" live sessions, there are "), "the cell counts one more: {found}");
}

#[test]
fn a_row_that_cannot_be_read_is_found_by_its_name_and_not_quoted() {
    let house = House::new();
    let session = keys(&house, "sessions").remove(0);
    damage(&house, "sessions", |table| {
        let mut row = table.get(session.as_slice()).unwrap().unwrap().value().to_vec();
        let at = row.len() / 2;
        row.truncate(at);
        table.insert(session.as_slice(), row.as_slice()).unwrap();
    });
    let found = found(&house);
    assert!(found.contains("ses_") && found.contains("cannot be read"), "{found}");
    assert!(!found.contains("secret_hash"), "{found}");
}

#[test]
fn a_gap_in_the_log_is_found() {
    let house = House::new();
    let entry = keys(&house, "log").remove(0);
    damage(&house, "log", |table| _ = table.remove(entry.as_slice()).unwrap());
    let found = found(&house);
    assert!(found.contains("log"), "{found}");
}

#[test]
fn compacting_gives_space_back_and_loses_nothing() {
    let house = House::new();
    house.open(async |sessions| {
        for round in 0..40 {
            for number in 0..20 {
                let account = House::account(&format!("guest-{number}"));
                handstamp::testing::sign_in_as(sessions, account.as_str()).await;
                if round % 2 == 1 {
                    sessions.account(&account).erase().await.unwrap();
                }
            }
        }
    });
    let compacted = json(&["compact", &house.folder()]);
    let [before, after] = ["before_bytes", "after_bytes"].map(|name| compacted[name].as_u64().unwrap());
    assert!(after < before, "{compacted}");
    assert_eq!(after, fs::metadata(house.file()).unwrap().len());
    assert_eq!(json(&["check", &house.folder()])["problems"], serde_json::json!([]));
    assert_eq!(house.verdicts(&house.folder()), House::as_it_was());
}
