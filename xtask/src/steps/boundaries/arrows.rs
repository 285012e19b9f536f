//! Which module of the library may know which: `web -> sessions -> store contract <- stores`,
//! and values know nobody.

use std::path::Path;

use super::{Finding, source::Source};

/// A top module and those it must not name. What is not listed here holds values.
const FORBIDDEN: [(&str, &[&str]); 7] = [
    ("store", &["sessions", "web", "testing"]),
    ("transfer", &["sessions", "web", "testing", "cache"]),
    ("log", &["sessions", "web", "testing"]),
    ("cache", &["sessions", "web", "testing"]),
    ("sessions", &["web", "testing"]),
    ("web", &["testing"]),
    ("testing", &[]),
];

/// What modules of values must not name.
const FORBIDDEN_TO_VALUES: &[&str] = &["store", "cache", "sessions", "web", "testing"];

/// The stores, none of which knows another.
const STORES: [&str; 4] = ["memory", "embedded", "redis", "postgres"];

/// Crates whose types may be named only under `web/axum`.
const AXUM: [&str; 2] = ["axum", "axum_core"];

/// The findings in one file of the library; `file` is relative to its `src`.
pub(super) fn judge(file: &Path, source: &Source<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !is_axum_door(file) {
        for outside in AXUM {
            findings.extend(source.lines_naming(outside).into_iter().map(|line| Finding {
                line,
                message: format!("names `{outside}`; its types belong under web/axum"),
            }));
        }
    }
    // The crate's root shows everybody's names to the outside and uses none of them.
    if file == Path::new("lib.rs") {
        return findings;
    }
    let room = room(file);
    let forbidden = FORBIDDEN
        .iter()
        .find(|(name, _)| *name == room)
        .map_or(FORBIDDEN_TO_VALUES, |(_, forbidden)| *forbidden);
    for mention in source.mentions(file) {
        let Some(top) = mention.path.first() else {
            continue;
        };
        if forbidden.contains(&top.as_str()) {
            findings.push(Finding {
                line: mention.line,
                message: format!("`{room}` must not know `{}`", mention.path.join("::")),
            });
        } else if let Some(store) = another_store(file, &mention.path) {
            findings.push(Finding {
                line: mention.line,
                message: format!("a store must not know another one: `{store}`"),
            });
        }
    }
    findings
}

/// The top module that a file belongs to.
fn room(file: &Path) -> String {
    let first = file.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let first = first.unwrap_or_default();
    first.strip_suffix(".rs").map_or(first.clone(), str::to_owned)
}

fn is_axum_door(file: &Path) -> bool {
    file.starts_with("web/axum") || file == Path::new("web/axum.rs")
}

fn another_store<'a>(file: &Path, path: &'a [String]) -> Option<&'a str> {
    let own = file.strip_prefix("store").ok().map(room)?;
    let [top, named, ..] = path else { return None };
    let foreign =
        STORES.contains(&own.as_str()) && top == "store" && *named != own && STORES.contains(&named.as_str());
    foreign.then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(file: &str, text: &str) -> Vec<String> {
        judge(Path::new(file), &Source::without_tests(text))
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn each_arrow_points_one_way() {
        for (file, text) in [
            ("store/contract.rs", "use crate::sessions::Sessions;"),
            ("store/memory/mod.rs", "use crate::web::Layer;"),
            ("store/mod.rs", "use super::sessions::Sessions;"),
            ("sessions/renew.rs", "use crate::{id::Id, web::Layer};"),
            ("token/mod.rs", "use crate::sessions::Sessions;"),
            ("id.rs", "fn f(store: &dyn crate::store::Store) {}"),
        ] {
            assert_eq!(judged(file, text).len(), 1, "{file}: {text}");
        }
        for (file, text) in [
            ("web/layer.rs", "use crate::sessions::Sessions;"),
            ("sessions/renew.rs", "use crate::store::Store;"),
            ("store/memory/mod.rs", "use crate::store::contract::Store;"),
            ("testing/spy.rs", "use crate::web::Layer;"),
            ("lib.rs", "pub use crate::web::SessionLayer;"),
        ] {
            assert!(judged(file, text).is_empty(), "{file}: {text}");
        }
    }

    #[test]
    fn axum_is_named_behind_its_own_door_only() {
        assert_eq!(judged("web/layer.rs", "use axum::extract::Request;").len(), 1);
        assert!(judged("web/axum/session.rs", "use axum::extract::Request;").is_empty());
        assert!(judged("web/axum.rs", "use axum_core::body::Body;").is_empty());
    }

    #[test]
    fn stores_do_not_know_each_other() {
        assert_eq!(judged("store/redis/mod.rs", "use crate::store::memory::Cell;").len(), 1);
        assert_eq!(judged("store/redis/mod.rs", "use super::memory::Cell;").len(), 1);
        assert!(judged("store/redis/mod.rs", "use crate::store::contract::Store;").is_empty());
    }
}
