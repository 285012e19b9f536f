//! What the compiler does not check about the shape of the tree.
//!
//! Arrows between the modules of the library point one way, axum stays behind its own door,
//! files stay small enough to read, sources are ASCII, and no file names a place on somebody's
//! machine.

mod arrows;
mod source;

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use self::source::Source;
use crate::repository::Repository;

/// The longest a file may be. What needs more has a room missing.
const MOST_LINES: usize = 450;

/// The library's folder, whose modules the arrows are about.
const LIBRARY: &str = "crates/handstamp/src";

/// A line that breaks a rule, and which one.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    line: usize,
    message: String,
}

/// Reads every tracked file and prints each line that breaks a rule.
pub(super) fn run(repository: &Repository) -> Result<()> {
    let mut read = 0;
    let mut found = 0;
    for file in repository.files()? {
        let bytes = fs::read(repository.root().join(&file))
            .with_context(|| format!("{} cannot be read", file.display()))?;
        // Pictures and other binary files hold no text to judge.
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        read += 1;
        for finding in judge(&file, &text) {
            println!("{}:{}: {}", file.display(), finding.line, finding.message);
            found += 1;
        }
    }
    ensure!(found == 0, "{found} findings in {read} files");
    println!("{read} files, nothing found");
    Ok(())
}

fn judge(file: &Path, text: &str) -> Vec<Finding> {
    let mut findings = machine_paths(text);
    if file.extension().is_none_or(|extension| extension != "rs") {
        return findings;
    }
    findings.extend(length(file, text));
    if is_test_file(file) {
        return findings;
    }
    let source = Source::without_tests(text);
    findings.extend(not_ascii(source.text()));
    if let Ok(inside) = file.strip_prefix(LIBRARY) {
        findings.extend(arrows::judge(inside, &source));
    }
    findings
}

/// Whether the whole file is a test, a bench or an example.
fn is_test_file(file: &Path) -> bool {
    let named_tests = file.file_stem().is_some_and(|stem| stem == "tests");
    named_tests || file.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "benches")
}

fn length(file: &Path, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    let in_source = file.components().any(|part| part.as_os_str() == "src");
    (in_source && lines > MOST_LINES).then(|| Finding {
        line: lines,
        message: format!("{lines} lines, at most {MOST_LINES} are read at one sitting"),
    })
}

fn not_ascii(text: &str) -> Vec<Finding> {
    numbered(text)
        .filter_map(|(line, content)| {
            let character = content.chars().find(|character| !character.is_ascii())?;
            let escaped = character.escape_unicode();
            Some(Finding { line, message: format!("`{character}` is not ASCII; write {escaped}") })
        })
        .collect()
}

/// Folders that exist on one machine only. Spelled in halves, for this file is read too.
const MACHINE_FOLDERS: [&str; 3] = [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "work/")];

fn machine_paths(text: &str) -> Vec<Finding> {
    numbered(text)
        .filter_map(|(line, content)| {
            let folder = MACHINE_FOLDERS.iter().find(|folder| names_folder(content, folder))?;
            Some(Finding { line, message: format!("names a folder of one machine: {folder}") })
        })
        .collect()
}

/// Whether a line has the folder at the start of a path, not in the middle of one.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        !before.is_some_and(|character| character.is_alphanumeric() || "._-}/".contains(character))
            && after.is_some_and(char::is_alphanumeric)
    })
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(file: &str, text: &str) -> Vec<usize> {
        judge(Path::new(file), text).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_url_is_not() {
        let path = format!("see {}somebody/notes", MACHINE_FOLDERS[0]);
        assert_eq!(judged("README.md", &format!("first\n{path}\n")), [2]);
        assert!(judged("README.md", "https://example.com/home/page").is_empty());
        assert!(judged("README.md", "the route `/home/`").is_empty());
    }

    #[test]
    fn long_sources_are_found_and_long_documents_are_not() {
        let long = "x\n".repeat(MOST_LINES + 1);
        assert_eq!(judged("crates/a/src/lib.rs", &long), [MOST_LINES + 1]);
        assert!(judged("docs/design.md", &long).is_empty());
        assert!(judged("crates/a/src/lib.rs", &"x\n".repeat(MOST_LINES)).is_empty());
    }

    #[test]
    fn letters_beyond_ascii_are_found_outside_of_tests() {
        assert_eq!(judged("crates/a/src/lib.rs", "// caf\u{e9}\n"), [1]);
        assert!(judged("crates/a/tests/cookie.rs", "// caf\u{e9}\n").is_empty());
        let tested = "fn f() {}\n#[cfg(test)]\nmod tests {\n// caf\u{e9}\n}\n";
        assert!(judged("crates/a/src/lib.rs", tested).is_empty());
    }

    #[test]
    fn an_arrow_against_its_direction_is_found_with_its_line() {
        let text = "//! A store.\nuse crate::sessions::Sessions;\n";
        assert_eq!(judged("crates/handstamp/src/store/memory/mod.rs", text), [2]);
        assert!(judged("crates/handstamp/src/web/layer.rs", text).is_empty());
    }
}
