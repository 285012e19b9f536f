//! The realm key beside a store.

use std::fs;

use handstamp::{Activity, RealmKey, Sessions, testing::sign_in_as};

use crate::support::House;

/// As `docs/operations.md` has it: the old key is kept beside the new one for a while.
#[test]
fn a_change_of_the_realm_key_signs_nobody_out() {
    let house = House::new();
    let folder = house.path("shop");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let token = {
        let sessions = Sessions::embedded(&folder).unwrap().build().unwrap();
        runtime.block_on(sign_in_as(&sessions, "alice")).token
    };
    let [current, previous] = ["default.key", "previous.key"].map(|name| format!("{folder}/{name}"));
    fs::rename(&current, &previous).unwrap();
    let new = std::process::Command::new(env!("CARGO_BIN_EXE_handstamp")).args(["keys", "new"]).output();
    fs::write(&current, new.unwrap().stdout).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&current, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();

    let verdict = |sessions: Sessions| {
        runtime.block_on(sessions.resume(token.expose().as_bytes(), Activity::Watch)).as_str().to_owned()
    };
    let previous = RealmKey::from_file(previous).unwrap();
    let both = Sessions::embedded(&folder).unwrap().previous_key(previous).build().unwrap();
    assert_eq!(verdict(both), "active");
    let new_one_alone = Sessions::embedded(&folder).unwrap().build().unwrap();
    assert_eq!(verdict(new_one_alone), "invalid");
}
