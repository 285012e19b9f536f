//! What `handstamp audit run` says of a running application.

use std::{fs, process::Command};

use serde_json::Value;

use crate::application::{PASSWORDS, Running};

/// One or more reports of one application.
pub struct Audited {
    reports: Vec<Value>,
}

/// Audits an application with the binary, as a person does.
pub fn audit(running: &Running, arguments: &[&str]) -> Audited {
    let folder = tempfile::tempdir().unwrap();
    let recipe = fs::read_to_string(&running.recipe).unwrap();
    fs::write(folder.path().join("recipe.toml"), recipe.replace("localhost:3000", &running.address)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_handstamp"));
    command.args(["audit", "run", "recipe.toml", "--json"]).args(arguments);
    let output = command.envs(PASSWORDS).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {said}", output.status);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["gate"]["is_open"], true, "{}: {said}", report["gate"]);
    Audited { reports: vec![report] }
}

impl Audited {
    /// What another run asked besides.
    pub fn and(mut self, other: Self) -> Self {
        self.reports.extend(other.reports);
        self
    }

    /// What failed or warned, with its verdict and severity, sorted by check.
    pub fn findings(&self) -> Vec<(String, String)> {
        let all = self.checks().map(|check| (text(check, "id").to_owned(), verdict(check)));
        let is_finding = |verdict: &str| verdict.starts_with("fail") || verdict.starts_with("warn");
        let mut found: Vec<_> = all.filter(|(_, verdict)| is_finding(verdict)).collect();
        found.sort();
        found
    }

    /// How many sessions it could not end.
    pub fn left(&self) -> u64 {
        self.reports.iter().map(|report| report["sessions"]["left"].as_u64().unwrap()).sum()
    }

    /// What a check came to: `fail high`, `pass`.
    pub fn verdict(&self, id: &str) -> String {
        self.checks().find(|check| text(check, "id") == id).map(verdict).unwrap()
    }

    fn checks(&self) -> impl Iterator<Item = &Value> {
        let all = self.reports.iter().flat_map(|report| report["checks"].as_array().unwrap());
        // What one run left out is in the other.
        all.filter(|check| check["reason"] != "skipped")
    }

    /// Every check that is not passed or out of place, for somebody who looks for the reason.
    pub fn headlines(&self) -> String {
        let open = self.checks().filter(|check| !matches!(text(check, "verdict"), "pass" | "not-applicable"));
        let lines = open
            .map(|check| format!("{} {}: {}", text(check, "id"), verdict(check), text(check, "headline")));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn verdict(check: &Value) -> String {
    match check["severity"].as_str() {
        Some(severity) => format!("{} {severity}", text(check, "verdict")),
        None => text(check, "verdict").to_owned(),
    }
}

fn text<'a>(check: &'a Value, name: &str) -> &'a str {
    check[name].as_str().unwrap()
}
