//! Formats are what others say they are.

use std::fs;

use serde_json::Value;

use crate::{
    shop::{Logout, Shop},
    support::{behaviour, report},
};

fn file(path: &str) -> Value {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()
}

/// The schema of the standard; the pattern of languages, which no report has, is no regular expression there.
fn sarif_schema() -> Value {
    let mut schema = file("tests/report/sarif-schema-2.1.0.json");
    for owner in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][owner]["properties"]["language"];
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    schema
}

fn assert_valid(schema: &Value, text: &str) {
    let document = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_what_its_schema_says() {
    let schema = file("../../docs/audit/report.schema.json");
    let report = report(&Shop::open(behaviour(Logout::DoesNothing))).await;
    assert_valid(&schema, &report.to_json());
    let mut wrong: Value = serde_json::from_str(&report.to_json()).unwrap();
    wrong["checks"][0]["verdict"] = "fail".into();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&wrong), "a failure without a severity was taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_could_ask_nothing_has_a_report_all_the_same() {
    let mut shop = Shop::open(behaviour(Logout::Ends));
    // Nobody listens there.
    shop.address.set_port(1);
    let report = report(&shop).await;
    assert!(!report.gate.is_open);
    assert_valid(&file("../../docs/audit/report.schema.json"), &report.to_json());
    assert_valid(&sarif_schema(), &report.to_sarif());
    assert!(report.to_html().contains("Nothing could be asked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sarif_is_what_its_standard_says() {
    let report = report(&Shop::open(behaviour(Logout::DoesNothing))).await;
    let text = report.to_sarif();
    assert_valid(&sarif_schema(), &text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |id: &str| results.iter().find(|result| result["ruleId"] == id).unwrap();
    let logout = of("SA-END-01");
    assert_eq!((&logout["kind"], &logout["level"]), (&"fail".into(), &"error".into()));
    let place = &logout["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "audit/recipe.toml");
    let line = usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap();
    let recipe = crate::shop::recipe(([127, 0, 0, 1], 1).into());
    assert!(recipe.lines().nth(line - 1).unwrap().contains("logout"), "line {line} of\n{recipe}");
    assert_eq!(logout["webResponse"]["statusCode"], 200, "the exchange that shows the living token");
    assert!(logout["webRequest"]["headers"]["Cookie"].as_str().unwrap().starts_with("sid="));
    assert_eq!(of("SA-ORC-01")["kind"], "pass");
    assert_eq!(of("SA-END-06")["kind"], "notApplicable");
    let rule =
        &run["tool"]["driver"]["rules"][usize::try_from(logout["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], "SA-END-01");
    assert_eq!(rule["properties"]["security-severity"], "8.1");
    assert!(rule["properties"]["tags"].as_array().unwrap().contains(&"external/cwe/cwe-613".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fingerprint_is_that_of_the_flaw_and_not_of_the_run() {
    let first = report(&Shop::open(behaviour(Logout::DoesNothing))).await;
    let second = report(&Shop::open(behaviour(Logout::DoesNothing))).await;
    let all = |report: &handstamp_audit::report::Report| {
        report.checks.iter().map(|check| check.fingerprint.clone()).collect::<Vec<_>>()
    };
    assert_eq!(all(&first), all(&second));
    let mut different = all(&first);
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), first.checks.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn html_is_one_file_that_asks_nobody_and_runs_nothing() {
    let report = report(&Shop::open(behaviour(Logout::DoesNothing))).await;
    let page = report.to_html();
    for part in ["<script", "src=", "<link", "url(", "@import", "onclick"] {
        assert!(!page.contains(part), "{part} in the page");
    }
    assert!(page.contains("default-src 'none'"));
    let ids: Vec<_> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&target), "#{target} leads nowhere");
    }
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "an id is there twice");
    for row in &report.standards.asvs {
        assert!(page.contains(&format!("<th scope=\"row\">{}</th>", row.id)), "{} has no row", row.id);
    }
}
