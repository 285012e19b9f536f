//! What is no export, or not a whole one, is told by the line.

use handstamp::transfer::{Contents, FormatError, MAX_LINE_BYTES, Reading};

use crate::support::{export, house, whole_lines};

fn read<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Contents, FormatError> {
    let mut reading = Reading::new();
    for line in lines {
        reading.line(line)?;
    }
    reading.finish()
}

#[tokio::test]
async fn a_file_of_something_else_is_no_export() {
    for text in ["", "hello", "{}", "[]", "{\"session\":{}}", "{\"handstamp_export\":1}", "\u{0}\u{1}"] {
        let lines = text.lines().map(str::as_bytes);
        assert_eq!(read(lines), Err(FormatError::NotAnExport), "{text:?}");
    }
    let whole = export(&house().await).await;
    assert_eq!(read(whole_lines(&whole).into_iter().skip(1)), Err(FormatError::NotAnExport));
}

#[tokio::test]
async fn a_newer_version_is_refused_by_its_number() {
    let header = br#"{"handstamp_export":{"version":7,"something":"else"}}"#;
    match read([header.as_slice()]) {
        Err(error @ FormatError::Newer { found: 7, .. }) => {
            let said = error.to_string();
            assert!(
                said.contains("line 1") && said.contains("version 7") && said.contains("newer"),
                "{said}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unknown_kind_is_refused_by_its_line() {
    let whole = export(&house().await).await;
    let mut lines = whole_lines(&whole);
    lines.insert(4, br#"{"passkey":{"id":1}}"#);
    match read(lines) {
        Err(error @ FormatError::UnknownKind { line: 5, .. }) => {
            assert!(error.to_string().contains("line 5") && error.to_string().contains("passkey"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cut_off_file_is_told_wherever_it_was_cut() {
    let whole = export(&house().await).await;
    let lines = whole_lines(&whole);
    for kept in 1..lines.len() {
        match read(lines[..kept].iter().copied()) {
            Err(FormatError::CutOff { lines, .. }) => assert_eq!(lines, u64::try_from(kept).unwrap()),
            other => panic!("{kept}: {other:?}"),
        }
    }
}

/// A line that is missing, doubled, moved or changed does not fit the checksum.
#[tokio::test]
async fn what_was_changed_is_told() {
    let whole = export(&house().await).await;
    let lines = whole_lines(&whole);
    assert!(read(lines.iter().copied()).is_ok());
    let last = u64::try_from(lines.len()).unwrap();
    for number in (1..lines.len() - 2).step_by(7) {
        let mut missing = lines.clone();
        missing.remove(number);
        let mut doubled = lines.clone();
        doubled.insert(number, lines[number]);
        let mut moved = lines.clone();
        moved.swap(number, number + 1);
        for (changed, at) in [(missing, last - 1), (doubled, last + 1), (moved, last)] {
            assert!(
                matches!(read(changed), Err(FormatError::Altered { line, .. }) if line == at),
                "{number}"
            );
        }
    }
    let held = lines.iter().position(|line| line.windows(11).any(|part| part == b"\"held\":true")).unwrap();
    let released =
        String::from_utf8(lines[held].to_vec()).unwrap().replace("\"held\":true", "\"held\":false");
    let mut changed = lines.clone();
    changed[held] = released.as_bytes();
    assert!(matches!(read(changed), Err(FormatError::Altered { .. })));
}

#[tokio::test]
async fn nothing_follows_the_last_line() {
    let whole = export(&house().await).await;
    let lines = whole_lines(&whole);
    let line = u64::try_from(lines.len()).unwrap();
    let twice = lines.iter().chain(&lines).copied();
    assert!(matches!(read(twice), Err(FormatError::AfterTheEnd { line: at, .. }) if at == line));
    let header_again = lines[..3].iter().chain(&lines).copied();
    assert!(matches!(read(header_again), Err(FormatError::AfterTheEnd { line: 4, .. })));
}

/// A field that is missing or that nobody knows could be an end or a shorter timeout.
#[tokio::test]
async fn every_field_has_to_be_written_out_and_no_other() {
    let whole = export(&house().await).await;
    let lines = whole_lines(&whole);
    let number = lines.iter().position(|line| line.starts_with(b"{\"session\"")).unwrap();
    let line: serde_json::Value = serde_json::from_slice(lines[number]).unwrap();
    let fields: Vec<String> = line["session"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields.len(), 19);
    for field in fields {
        let mut short = line.clone();
        short["session"].as_object_mut().unwrap().remove(&field);
        let mut renamed = line.clone();
        renamed["session"][format!("{field}_")] = serde_json::Value::Null;
        for bad in [short, renamed] {
            let bad = serde_json::to_vec(&bad).unwrap();
            let mut changed = lines.clone();
            changed[number] = &bad;
            let expected = u64::try_from(number + 1).unwrap();
            let read = read(changed);
            assert!(matches!(read, Err(FormatError::Malformed { line, .. }) if line == expected), "{field}");
        }
    }
}

/// What an error says comes into logs: it never quotes a line.
#[tokio::test]
async fn an_error_quotes_no_content() {
    let whole = export(&house().await).await;
    let header = whole_lines(&whole)[0];
    for line in [
        br#"{"account":{"realm":"SECRET WORD"}}"#.as_slice(),
        br#"{"SECRET WORD":{}}"#,
        br#"{"session":{"id":"SECRET WORD"}}"#,
        b"SECRET WORD",
    ] {
        let error = read([header, line]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
        assert!(error.to_string().contains("line 2"), "{error}");
    }
    let long = vec![b'x'; MAX_LINE_BYTES + 1];
    assert!(matches!(read([header, &long]), Err(FormatError::TooLong { line: 2, .. })));
}
