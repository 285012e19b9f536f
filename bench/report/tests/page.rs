//! The page as a whole, from figures that were made up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use tempfile::TempDir;

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture");

/// Runs the program on the fixture. Returns what it has written, by name.
fn written() -> BTreeMap<String, String> {
    let docs = TempDir::new().unwrap();
    let plots = docs.path().join("benchmarks");
    fs::create_dir(&plots).unwrap();
    fs::copy(Path::new(FIXTURE).join("notes.toml"), plots.join("notes.toml")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_report"))
        .args(["--results", FIXTURE, "--docs"])
        .arg(docs.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = [docs.path().join("benchmarks.md")];
    let files = files.into_iter().chain(fs::read_dir(&plots).unwrap().map(|file| file.unwrap().path()));
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn page() -> String {
    written().remove("benchmarks.md").unwrap()
}

fn contains(page: &str, text: &str) {
    assert!(page.contains(text), "not there: {text}\n\n{page}");
}

#[test]
fn the_same_figures_make_the_same_bytes() {
    assert_eq!(written(), written());
}

#[test]
fn every_part_that_was_measured_has_its_ratios_and_their_spread() {
    let page = page();
    contains(
        &page,
        "instructions that we add, to those of tower-sessions, whose reads renew | at most a tenth | 0.101 | 0.100 to 0.102 | **missed** |",
    );
    contains(
        &page,
        "| 6 | verify, 1,000 people, near cache: 1,000,000 to 1,000 sessions | at most 1.5 | 1.10 | 1.10 to 1.10 | holds |",
    );
    contains(&page, "| handstamp, above axum | +1,010 (1,000 to 1,020) |");
    contains(&page, "| handstamp | 89,000 | 0.98 | 11 | 0.95 | 0.95 to 0.96 |");
    contains(&page, "| CPU us | 1,000 | 100,000 | 1,000,000 | 1M : 100k | 1M : 1k |");
    contains(&page, "| end all, durable | 500 | 600 | 900 | 1.50 | 1.80 | **missed** |");
    contains(&page, "| of 64 MiB, the default | 842 | 840 to 844 | 768 | holds |");
}

#[test]
fn a_missed_goal_has_its_note_and_a_kept_one_has_none() {
    let page = page();
    contains(&page, "allocations above axum with an extension.** A reason.\nNext step: A step.\n");
    contains(&page, "why yet:**\n\n");
    contains(&page, "\n- row 6, end all, durable: 1,000,000 to 1,000 sessions\n");
    assert!(!page.contains("long ago"), "{page}");
}

#[test]
fn what_is_not_there_is_named() {
    let page = page();
    contains(&page, "- `axum-session`, in-process: error: it does not build at all\n");
    contains(&page, "It reads and checks nothing.\n\nNot measured.\n");
    contains(
        &page,
        "| 5 | durable sign-ins of 64 clients: rate to the control's | at least 0.80 | | | not measured |",
    );
    assert!(!page.contains("{{"), "{page}");
}

#[test]
fn the_notes_are_left_as_they_are() {
    let notes = fs::read_to_string(Path::new(FIXTURE).join("notes.toml")).unwrap();
    assert_eq!(written().remove("notes.toml").unwrap(), notes);
}

#[test]
fn every_plot_is_shown_and_can_be_heard() {
    let files = written();
    for file in ["instructions.svg", "server-cpu.svg", "scale.svg"] {
        contains(&files["benchmarks.md"], &format!("](benchmarks/{file})"));
        contains(&files[file], "<title id=");
        contains(&files[file], "<desc id=");
        assert!(!files[file].contains("<script"), "{file}");
    }
    contains(
        &files["server-cpu.svg"],
        "on Node, another scale: express 230 (229 to 231), express-session 420",
    );
}
