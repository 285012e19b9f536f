//! Export and import.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use crate::support::{House, errors, handstamp, json, refused, said};

#[test]
fn a_store_moves_and_nobody_is_signed_out() {
    let house = House::new();
    let (file, new) = (house.path("moved.jsonl"), house.path("new"));
    let exported = json(&["export", &house.folder(), &file]);
    assert_eq!((&exported["counts"]["sessions"], &exported["counts"]["accounts"]), (&21.into(), &20.into()));
    let imported = json(&["import", &new, &file]);
    assert_eq!(imported["stored"], exported["rows"]);
    assert_eq!((&imported["there_already"], &imported["sessions"]), (&0.into(), &"kept".into()));
    assert_eq!(house.verdicts(&new), House::as_it_was());
    assert_eq!(json(&["info", &new])["live"], 20);
}

#[cfg(unix)]
#[test]
fn an_export_is_its_owners_alone() {
    let house = House::new();
    let file = house.path("moved.jsonl");
    said(&["export", &house.folder(), &file]);
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn through_a_pipe_there_is_nothing_but_lines() {
    let house = House::new();
    let output = handstamp(&["export", &house.folder(), "-", "--json"]);
    assert!(output.status.success(), "{}", errors(&output));
    let summary: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(summary["counts"]["sessions"], 21);
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    let rows = lines.lines().count() - 2;
    assert_eq!(summary["rows"], rows);

    let new = house.path("new");
    let mut import = Command::new(env!("CARGO_BIN_EXE_handstamp"))
        .args(["store", "import", &new, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    assert_eq!(house.verdicts(&new), House::as_it_was());
}

#[test]
fn an_interrupted_export_goes_on_and_is_the_same() {
    let house = House::new();
    let (whole, part) = (house.path("whole.jsonl"), house.path("part.jsonl"));
    said(&["export", &house.folder(), &whole]);
    let lines = fs::read(&whole).unwrap();
    for cut in [0, 40, lines.len() / 2, lines.len() - 1] {
        fs::write(&part, &lines[..cut]).unwrap();
        let (code, why) = refused(&["export", &house.folder(), &part]);
        assert_eq!(code, 1);
        assert!(why.contains("--resume"), "{why}");
        assert_eq!(fs::read(&part).unwrap(), &lines[..cut], "an export is not written over");
        let summary = json(&["export", &house.folder(), &part, "--resume"]);
        assert_eq!(summary["counts"]["sessions"], 21);
        if cut > 40 {
            assert!(summary["resumed_after"].as_u64().unwrap() > 5, "{summary}");
            assert_eq!(fs::read(&part).unwrap(), lines, "cut at byte {cut}");
        }
        let again = json(&["export", &house.folder(), &part, "--resume"]);
        assert_eq!(again["rows"], summary["rows"], "a whole one stays as it is");
    }
}

#[test]
fn an_export_does_not_go_on_after_a_change() {
    let house = House::new();
    let file = house.path("part.jsonl");
    said(&["export", &house.folder(), &file]);
    let lines = fs::read(&file).unwrap();
    fs::write(&file, &lines[..lines.len() / 2]).unwrap();
    house.open(async |sessions| {
        sessions.account(&House::account("person-3")).end_all().await.unwrap();
    });
    let (code, why) = refused(&["export", &house.folder(), &file, "--resume"]);
    assert_eq!(code, 1);
    assert!(why.contains("has changed since this export began"), "{why}");
}

#[test]
fn an_import_is_repeated_until_the_store_is_used() {
    let house = House::new();
    let (file, new) = (house.path("moved.jsonl"), house.path("new"));
    let exported = json(&["export", &house.folder(), &file]);
    said(&["import", &new, &file]);
    let again = json(&["import", &new, &file]);
    assert_eq!((&again["stored"], &again["there_already"]), (&0.into(), &exported["rows"]));
    house.open_at(&new, async |sessions| {
        sessions.account(&House::account("person-3")).end_all().await.unwrap();
    });
    let (code, why) = refused(&["import", &new, &file]);
    assert_eq!(code, 1);
    assert!(why.contains("in use since"), "{why}");
}

#[test]
fn a_store_with_content_takes_no_import() {
    let (house, other) = (House::new(), House::new());
    let file = house.path("moved.jsonl");
    said(&["export", &house.folder(), &file]);
    let (code, why) = refused(&["import", &other.folder(), &file]);
    assert_eq!(code, 1);
    assert!(why.contains("not empty") && why.contains("empty store"), "{why}");
    assert_eq!(other.verdicts(&other.folder()), House::as_it_was());
}

#[test]
fn nothing_of_a_cut_off_or_altered_export_is_stored() {
    let house = House::new();
    let (file, new) = (house.path("moved.jsonl"), house.path("new"));
    said(&["export", &house.folder(), &file]);
    let lines = fs::read_to_string(&file).unwrap();
    let number = lines.lines().count();
    let without_end = lines.split_inclusive('\n').take(number - 1).collect::<String>();
    for (text, expected) in [
        (without_end, format!("cut off after line {}", number - 1)),
        (lines[..lines.len() - 1].to_owned(), format!("cut off after line {}", number - 1)),
        (lines.replacen("\"held\":false", "\"held\":true", 1), format!("checksum in line {number}")),
        (lines.replacen("\"version\":1", "\"version\":2", 1), "line 1: the export has version 2".to_owned()),
        (lines.replacen("{\"account\":", "{\"passkey\":", 1), "\"passkey\"".to_owned()),
        (String::new(), "right file".to_owned()),
    ] {
        assert_ne!(text, lines);
        fs::write(&file, text).unwrap();
        let (code, why) = refused(&["import", &new, &file]);
        assert_eq!(code, 1);
        assert!(why.contains(&expected) && why.contains("moved.jsonl"), "{why}");
        assert!(!fs::exists(&new).unwrap(), "the store was not even made");
    }
}

/// The date of an export is what tells a move from a backup.
#[test]
fn an_old_export_wants_a_decision() {
    let house = House::new();
    let (file, new) = (house.path("old.jsonl"), house.path("new"));
    old_export(&house, &file);
    let (code, why) = refused(&["import", &new, &file]);
    assert_eq!(code, 1);
    assert!(why.contains("--end-sessions") && why.contains("--keep-sessions"), "{why}");
    let (code, _) = refused(&["import", &new, &file, "--end-sessions", "--keep-sessions"]);
    assert_eq!(code, 2);
    assert_eq!(json(&["import", &new, &file, "--end-sessions"])["sessions"], "ended");
    assert_eq!(house.verdicts(&new), House::all_ended());

    let kept = house.path("kept");
    assert_eq!(json(&["import", &kept, &file, "--keep-sessions"])["sessions"], "kept");
    assert_eq!(house.verdicts(&kept), House::as_it_was());
}

/// The same export, as if it had been made two days ago.
fn old_export(house: &House, file: &str) {
    use handstamp::{Clock, SystemClock, store::EmbeddedStore, transfer::Export};
    let store = std::sync::Arc::new(EmbeddedStore::open(house.folder()).unwrap());
    let at = SystemClock::new().now().saturating_sub(std::time::Duration::from_secs(2 * 86_400));
    let lines = async {
        let mut export = Export::begin(store, at).await.unwrap();
        let mut lines = Vec::new();
        while let Some(piece) = export.next().await.unwrap() {
            lines.extend(piece);
        }
        lines
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    fs::write(file, runtime.block_on(lines)).unwrap();
}
