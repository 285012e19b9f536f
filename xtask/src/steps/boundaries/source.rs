//! A Rust source read roughly: without its tests and comments, as the paths it mentions.
//!
//! Not a parser. It knows enough of the language to tell which modules a file names,
//! also through nested braces and `super`, and errs towards naming one too many.

use std::path::Path;

/// The text of a source file up to its tests.
pub(super) struct Source<'a> {
    text: &'a str,
}

/// A path that a source mentions, from the top of its crate, with the line it begins on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
}

impl<'a> Source<'a> {
    /// Cuts off the tests, which stand last in a file.
    pub(super) fn without_tests(text: &'a str) -> Self {
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        Self { text: &text[..end] }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Paths that begin with `crate`, `super` or `self`, as seen from the top of the crate.
    pub(super) fn mentions(&self, file: &Path) -> Vec<Mention> {
        let home = module_of(file);
        let words = words(self.text);
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let starts_path = matches!(words[at].1, "crate" | "super" | "self")
                && words.get(at + 1).is_some_and(|next| next.1 == "::")
                && (at == 0 || words[at - 1].1 != "::");
            if starts_path {
                at = follow(&words, at, &[], &home, &mut mentions);
            } else {
                at += 1;
            }
        }
        mentions
    }

    /// The lines that name a crate from outside.
    pub(super) fn lines_naming(&self, outside: &str) -> Vec<usize> {
        let words = words(self.text);
        words
            .windows(2)
            .enumerate()
            .filter(|(at, pair)| {
                pair[0].1 == outside && matches!(pair[1].1, "::" | ";") && !is_of_this_crate(&words[..*at])
            })
            .map(|(_, pair)| pair[0].0)
            .collect()
    }
}

/// Whether the name after these words is a module declared here or reached through a path.
fn is_of_this_crate(before: &[(usize, &str)]) -> bool {
    match before {
        [.., (_, "mod")] => true,
        [.., (_, parent), (_, "::")] => *parent != "use" && parent.starts_with(char::is_alphabetic),
        _ => false,
    }
}

/// The module that a file is, as path from the top of its crate.
fn module_of(file: &Path) -> Vec<String> {
    let mut path: Vec<String> = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if path.last().is_some_and(|last| last == "mod" || last == "lib") {
        path.pop();
    }
    path
}

/// Follows one path, branching at braces, and returns the index after it.
fn follow(
    words: &[(usize, &str)],
    start: usize,
    prefix: &[String],
    home: &[String],
    mentions: &mut Vec<Mention>,
) -> usize {
    let mut path = prefix.to_vec();
    let mut at = start;
    while let Some((_, word)) = words.get(at) {
        if *word == "{" && at > start {
            at += 1;
            while words.get(at).is_some_and(|next| next.1 != "}") {
                at = follow(words, at, &path, home, mentions);
                if words.get(at).is_some_and(|next| next.1 == ",") {
                    at += 1;
                }
            }
            return at + 1;
        }
        path.push((*word).to_owned());
        at += 1;
        if words.get(at).is_none_or(|next| next.1 != "::") {
            break;
        }
        at += 1;
    }
    if words.get(at).is_some_and(|next| next.1 == "as") {
        at += 2;
    }
    if let Some((line, _)) = words.get(start) {
        mentions.push(Mention { line: *line, path: from_the_top(&path, home) });
    }
    at
}

fn from_the_top(path: &[String], home: &[String]) -> Vec<String> {
    let mut from_top = home.to_vec();
    for word in path {
        match word.as_str() {
            "crate" => from_top.clear(),
            "super" => {
                from_top.pop();
            }
            "self" => {}
            _ => from_top.push(word.clone()),
        }
    }
    from_top
}

/// Names and the marks that matter to paths, each with its line; comments left out.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut rest = line.split("//").next().unwrap_or_default();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|other: char| !other.is_alphanumeric() && other != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                words.push((index + 1, &rest[..length]));
            }
            rest = &rest[length..];
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(file: &str, text: &str) -> Vec<(usize, String)> {
        Source::without_tests(text)
            .mentions(Path::new(file))
            .into_iter()
            .map(|mention| (mention.line, mention.path.join("::")))
            .collect()
    }

    fn expected(pairs: &[(usize, &str)]) -> Vec<(usize, String)> {
        pairs.iter().map(|(line, path)| (*line, (*path).to_owned())).collect()
    }

    #[test]
    fn braces_are_followed_into_each_branch() {
        let text = "use crate::{\n    web::{layer::Layer, cookie},\n    id::Id as Name,\n};\nfn f() {}";
        let found = paths("lib.rs", text);
        assert_eq!(found, expected(&[(2, "web::layer::Layer"), (2, "web::cookie"), (3, "id::Id")]));
    }

    #[test]
    fn super_is_counted_from_where_the_file_stands() {
        assert_eq!(
            paths("store/memory/mod.rs", "use super::super::web::Layer;"),
            expected(&[(1, "web::Layer")])
        );
        assert_eq!(
            paths("store/memory/cell.rs", "use super::Cell;"),
            expected(&[(1, "store::memory::Cell")])
        );
    }

    #[test]
    fn comments_and_tests_are_not_read() {
        let text =
            "// crate::web\n/// [`crate::web`]\nfn f() {}\n#[cfg(test)]\nmod tests {\n use crate::web;\n}";
        assert!(paths("id.rs", text).is_empty());
    }

    #[test]
    fn a_path_in_the_middle_of_code_counts() {
        assert_eq!(
            paths("id.rs", "fn f() -> crate::web::Layer {\n    crate::web::new()\n}"),
            expected(&[(1, "web::Layer"), (2, "web::new")])
        );
    }

    #[test]
    fn a_crate_from_outside_is_told_from_a_module_of_that_name() {
        let lines = |text| Source::without_tests(text).lines_naming("axum");
        assert_eq!(lines("use axum::Router;\nuse http::Uri;\nlet x: axum::body::Body;"), [1, 3]);
        assert_eq!(lines("use ::axum::Router;"), [1]);
        assert!(lines("use crate::web::axum::Session;\nmod axum;").is_empty());
    }
}
