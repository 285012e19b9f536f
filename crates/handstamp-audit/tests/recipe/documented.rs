//! docs/audit/recipe.md names every key that the reader knows, and its example is a recipe.

use handstamp_audit::recipe::{GIVEN_NAMES, Limits, StepName};
use regex::Regex;

use crate::support::read;

const PAGE: &str = include_str!("../../../../docs/audit/recipe.md");
/// Where keys are read: each is a text in the code.
const READERS: [&str; 4] = [
    include_str!("../../src/recipe/read/document.rs"),
    include_str!("../../src/recipe/read/requests.rs"),
    include_str!("../../src/recipe/read/accounts.rs"),
    include_str!("../../src/recipe/read/secrets.rs"),
];

#[test]
fn every_key_is_on_the_page() {
    let read = r#"\.(?:string|strings|number|boolean|duration|table|tables|template|value|required)\(\s*"([a-z_]+)""#;
    let read = Regex::new(read).expect("a pattern");
    let mut keys: Vec<_> = READERS
        .iter()
        .flat_map(|source| read.captures_iter(source))
        .filter_map(|found| found.get(1).map(|key| key.as_str()))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert!(keys.len() > 50, "the readers are written in another way by now: {keys:?}");
    let is_named = |key: &str| {
        ["`", ".", "[", "{ ", ", "].iter().any(|before| {
            ["`", "]", " = ", ".NAME]`", ".csrf"]
                .iter()
                .any(|after| PAGE.contains(&format!("{before}{key}{after}")))
        })
    };
    let missing: Vec<_> = keys.into_iter().filter(|key| !is_named(key)).collect();
    assert!(missing.is_empty(), "docs/audit/recipe.md lacks {missing:?}");
}

#[test]
fn every_step_name_and_default_is_on_the_page() {
    for step in StepName::ALL {
        assert!(PAGE.contains(&format!("| `{step}` |")), "{step}");
    }
    for name in GIVEN_NAMES {
        assert!(PAGE.contains(&format!("`{{{{{name}}}}}`")), "{name}");
    }
    let limits = Limits::default();
    assert!(PAGE.contains(&format!("| requests in all | `{}` |", limits.requests)));
    assert!(PAGE.contains(&format!("| requests a second | `{}` |", limits.rate)));
    assert_eq!(limits.time.as_secs(), 300, "the page says 5m");
}

#[test]
fn the_smallest_recipe_of_the_page_is_one() {
    let example =
        PAGE.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let example = example.replace("ALICE_PASSWORD", "ALICE");
    let (recipe, warnings) = read(&example).expect("a recipe");
    assert!(warnings.is_empty(), "{warnings}");
    assert_eq!(recipe.steps.len(), 2);
}
