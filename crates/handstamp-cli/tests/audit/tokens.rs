//! A list of tokens is judged without any application.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Output, Stdio},
};

use crate::support::{audit, parts};

/// Numbers without structure (splitmix64), as 32 hexadecimal digits each.
fn sound(count: u64) -> String {
    let number = |at: u64| {
        let state = at.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (1..=count).fold(String::new(), |mut list, at| {
        writeln!(list, "{:016x}{:016x}", number(2 * at), number(2 * at + 1)).unwrap();
        list
    })
}

fn tokens(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    parts(&audit(folder, &[&["tokens"], arguments].concat()).output().unwrap())
}

#[test]
fn a_list_without_findings_ends_with_0_and_one_with_them_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let good = sound(100);
    fs::write(folder.path().join("good"), &good).unwrap();
    let (code, printed, said) = tokens(folder.path(), &["good"]);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(printed.starts_with("PASS: no evidence against 128 bits"), "{printed}");
    assert!(printed.contains("format: 32 characters of hex") && printed.contains("supported"), "{printed}");
    assert!(!good.lines().any(|token| printed.contains(token)), "a token is printed");

    let counted = (0..100).map(|at| format!("{:032x}\n", 4_000 + at)).collect::<Vec<_>>().concat();
    fs::write(folder.path().join("bad"), counted).unwrap();
    let (code, printed, _) = tokens(folder.path(), &["bad"]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.starts_with("FAIL (high): ") && printed.contains("counter"), "{printed}");
    assert!(printed.contains("to do: "), "{printed}");
}

#[test]
fn a_program_reads_the_same_as_json_from_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = audit(folder.path(), &["tokens", "-", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(sound(60).as_bytes()).unwrap();
    let output: Output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["tokens"], &told["verdict"]), (&60.into(), &"pass".into()));
    assert_eq!(told["numbers"]["nominal"], 128.0);
    assert_eq!(told["bits_of_characters"].as_array().unwrap().len(), 32);
}

#[test]
fn a_list_that_cannot_be_read_ends_with_2_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty"), "# nothing yet\n\n").unwrap();
    fs::write(folder.path().join("one"), "0123456789abcdef\n").unwrap();
    fs::write(folder.path().join("bytes"), [0xff, 0xfe, 0x00, 0x80]).unwrap();
    fs::write(folder.path().join("times"), "0123456789abcdef\tyesterday\n").unwrap();
    fs::write(folder.path().join("page"), "x".repeat(20_000)).unwrap();
    fs::write(folder.path().join("many"), "0123456789abcdef\n".repeat(50_001)).unwrap();
    for (list, wanted) in [
        ("empty", "empty: 0 tokens: at least 2 are needed"),
        ("one", "one: 1 tokens"),
        ("bytes", "bytes: this is no text"),
        ("times", "times: line 1: after the tab should stand a time"),
        ("page", "page: line 1: longer than any token"),
        ("many", "head -n 20000"),
        ("missing", "missing: No such file"),
        (".", ".: Is a directory"),
    ] {
        let (code, printed, said) = tokens(folder.path(), &[list]);
        assert_eq!(code, Some(2), "{list}: {said}");
        assert!(said.contains(wanted) && printed.is_empty(), "{list}: {printed}{said}");
    }
}
