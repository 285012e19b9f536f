//! The documentation says what the source says: every code with its status, every error, and the
//! programs that are shown.
//!
//! Codes and errors are read off the source itself, because no list of them could be complete by
//! itself: somebody would forget to add to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use handstamp::{AbsoluteTimeout, IdleTimeout, Level, Policy, web::CrossSiteRefusal};

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn repository() -> PathBuf {
    crate_folder().join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn source(file: &str) -> String {
    read(&crate_folder().join("src").join(file))
}

fn page(file: &str) -> String {
    read(&repository().join("docs").join(file))
}

/// The body of the function of this name: everything up to the brace that closes it.
fn body<'a>(source: &'a str, function: &str) -> &'a str {
    let start = source.find(&format!("fn {function}(")).expect("the function is there");
    let rest = &source[start..];
    &rest[..rest.find("\n    }\n").expect("the function ends")]
}

/// `Self::A { .. } | Self::B(_) => VALUE` as pairs of variant and value, whatever the line breaks.
fn arms(body: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let flat = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = flat.as_str();
    while let Some(arrow) = rest.find(" => ") {
        let (pattern, after) = rest.split_at(arrow);
        let after = &after[4..];
        let value = after.trim_start_matches("{ ");
        let value: String = value.chars().take_while(|c| !matches!(c, ',' | ' ' | '}')).collect();
        for variant in pattern.split("Self::").skip(1) {
            let name: String = variant.chars().take_while(char::is_ascii_alphanumeric).collect();
            pairs.push((name, value.trim_matches('"').to_owned()));
        }
        rest = after;
    }
    pairs
}

/// The rows of the page's tables as cells, without header rows.
fn rows(page: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    page.lines().filter(|line| line.starts_with("| ")).map(cells).collect()
}

/// Code to status, from the page's tables: rows whose first cell has an anchor.
fn documented_codes(page: &str) -> BTreeMap<String, String> {
    let rows = rows(page).into_iter().filter(|row| row[0].starts_with("<a id=\""));
    rows.map(|row| {
        let anchor = row[0].split('"').nth(1).expect("an anchor has an id").to_owned();
        let code = row[0].split('`').nth(1).expect("a code stands between ticks").to_owned();
        assert_eq!(anchor, code, "problem JSON links to the anchor of its code");
        assert!(row.len() == 4 && !row[2].is_empty() && !row[3].is_empty(), "{code} says too little");
        (code, row[1].clone())
    })
    .collect()
}

fn status_number(name: &str) -> &'static str {
    match name.trim_start_matches("StatusCode::") {
        "UNAUTHORIZED" => "401",
        "FORBIDDEN" => "403",
        "NOT_FOUND" => "404",
        "CONFLICT" => "409",
        "PAYLOAD_TOO_LARGE" => "413",
        "UNPROCESSABLE_ENTITY" => "422",
        "INTERNAL_SERVER_ERROR" => "500",
        "SERVICE_UNAVAILABLE" => "503",
        other => panic!("{other} has no number here yet"),
    }
}

#[test]
fn every_code_is_explained_with_its_status_and_no_other_code_is() {
    let error = source("web/error.rs");
    let status: BTreeMap<_, _> = arms(body(&error, "status")).into_iter().collect();
    let mut expected: BTreeMap<String, String> = arms(body(&error, "code"))
        .into_iter()
        .map(|(variant, code)| (code, status_number(&status[&variant]).to_owned()))
        .collect();
    assert!(expected.len() >= 20, "the source is read wrongly: {expected:?}");
    expected
        .extend(CrossSiteRefusal::ALL.iter().map(|refusal| (refusal.code().to_owned(), "403".to_owned())));
    assert_eq!(documented_codes(&page("errors.md")), expected);
}

#[test]
fn every_verdict_and_every_end_reason_has_its_row() {
    let errors = page("errors.md");
    let words: BTreeSet<String> = rows(&errors).into_iter().map(|row| row[0].clone()).collect();
    for (file, least) in [("sessions/verdict.rs", 5), ("reason.rs", 12)] {
        let found = arms(body(&source(file), "as_str"));
        assert!(found.len() >= least, "{file} is read wrongly: {found:?}");
        for (_, word) in found {
            assert!(words.contains(&format!("`{word}`")), "`{word}` of {file} has no row in docs/errors.md");
        }
    }
}

#[test]
fn every_public_error_stands_in_the_tables() {
    let errors = page("errors.md");
    let mut seen = 0;
    for file in rust_files(&crate_folder().join("src")) {
        for error in public_errors(&read(&file)) {
            // Those of the layer stand there by their codes.
            if error.starts_with("SessionError") || error.starts_with("CrossSiteRefusal") {
                continue;
            }
            seen += 1;
            let said = errors.contains(&format!("`{error}`"));
            assert!(said, "`{error}` of {} is missing in docs/errors.md", file.display());
        }
    }
    assert!(seen >= 50, "the source is read wrongly: {seen} errors");
}

/// `Name` of each public error struct and `Name::Variant` of each public error enum.
fn public_errors(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_error = false;
    let mut inside: Option<String> = None;
    for line in source.lines() {
        if let Some(name) = &inside {
            let variant: String = line.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
            if line.starts_with('}') {
                inside = None;
            } else if line.starts_with("    ") && line.as_bytes().get(4).is_some_and(u8::is_ascii_uppercase) {
                found.push(format!("{name}::{variant}"));
            }
            continue;
        }
        if line.starts_with("#[derive(") {
            is_error = line.contains("thiserror::Error");
        }
        if !is_error {
            continue;
        }
        let name = |rest: &str| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
        if let Some(rest) = line.strip_prefix("pub enum ") {
            inside = Some(name(rest));
            is_error = false;
        } else if let Some(rest) = line.strip_prefix("pub struct ") {
            found.push(name(rest));
            is_error = false;
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("the source is there").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

#[test]
fn the_readme_shows_the_example_as_it_is() {
    let readme = read(&repository().join("README.md"));
    let example = read(&crate_folder().join("examples/three_lines.rs"));
    // From the first `use` on: the header tells readers of the file how to run it.
    let program = &example[example.find("use ").expect("it imports something")..];
    assert!(
        readme.contains(&format!("```rust\n{program}```")),
        "README.md shows another examples/three_lines.rs"
    );
}

#[test]
fn the_guide_shows_what_a_policy_prints() {
    let remember_me = page("guide/remember-me.md");
    let policy = Policy::aal2().remember_me(IdleTimeout::days(14), AbsoluteTimeout::days(30));
    let deviations = policy.deviations(Level::Aal2);
    let printed = deviations.iter().fold(String::new(), |printed, line| printed + &line.to_string() + "\n");
    assert!(remember_me.contains(&format!("```text\n{printed}```")), "it prints:\n{printed}");
}

#[test]
fn every_page_of_the_guide_is_compiled_and_listed() {
    let guide = repository().join("docs/guide");
    let conformance = read(&repository().join("crates/handstamp-conformance/src/lib.rs"));
    let (compiled, index) = (source("guide.rs"), page("guide/README.md"));
    let mut pages = 0;
    for entry in fs::read_dir(&guide).expect("the guide is there") {
        let name = entry.expect("an entry").file_name().into_string().expect("a plain name");
        let Some(page) = name.strip_suffix(".md").filter(|page| *page != "README") else { continue };
        pages += 1;
        let is_compiled =
            compiled.contains(&format!("\"{page}\"")) || conformance.contains(&format!("docs/guide/{name}"));
        assert!(is_compiled, "no crate compiles {name}");
        assert!(index.contains(&format!("({name})")), "docs/guide/README.md does not list {name}");
    }
    assert!(pages >= 7);
}

/// The links of a page, as text and target.
fn links(page: &str) -> Vec<(&str, &str)> {
    page.split("](")
        .collect::<Vec<_>>()
        .windows(2)
        .filter_map(|pair| {
            let text = &pair[0][pair[0].rfind('[')? + 1..];
            Some((text, &pair[1][..pair[1].find(')')?]))
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere_and_every_test_that_is_named_exists() {
    let root = repository();
    let guide = fs::read_dir(root.join("docs/guide")).expect("the guide is there");
    let guide = guide.map(|entry| entry.expect("an entry").path());
    let pages = ["README.md", "docs/design.md", "docs/errors.md", "docs/operations.md", "docs/security.md"];
    let mut named = 0;
    for path in pages.iter().map(|page| root.join(page)).chain(guide) {
        let text = read(&path);
        for (text, target) in links(&text) {
            if target.starts_with("http") {
                continue;
            }
            let (file, _anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { path.with_file_name("").join(file) };
            assert!(file.exists(), "{}: the link to {target} leads nowhere", path.display());
            let Some(test) = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')) else { continue };
            // A link to a file shows its path or its name.
            if test.contains('/') || file.ends_with(test) {
                continue;
            }
            // `faults::edit` is the test `edit` of the file that is linked.
            let test = test.rsplit("::").next().unwrap_or(test);
            let source = match file.extension().and_then(|extension| extension.to_str()) {
                Some("rs") => ["(", "<"].iter().any(|next| read(&file).contains(&format!("fn {test}{next}"))),
                Some("js") => read(&file).contains(&format!("test(\"{test}\"")),
                _ => continue,
            };
            named += 1;
            assert!(source, "{}: {target} has no test `{test}`", path.display());
        }
    }
    assert!(named >= 100, "the pages are read wrongly: {named} tests");
}
