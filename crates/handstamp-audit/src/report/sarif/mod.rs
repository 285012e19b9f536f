//! The report as SARIF 2.1.0, which code scanning shows beside the code.
//!
//! Viewers want a file and a line, and the application's own is unknown from outside; so a result points to the line
//! of the recipe on which the step begins that the check is about.

mod format;

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use self::format::{
    Artifact, ArtifactLocation, Driver, Finding, Invocation, Location, Log, Notification, PhysicalLocation,
    Region, Rule, RuleProperties, Run, Text, Tool, WebRequest, WebResponse,
};
use super::{BodyText, CheckEntry, ExchangeEntry, Report};
use crate::check::{Severity, Verdict};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://github.com/handstamp/handstamp";
/// What stays as it is in the path of a URI.
const PATH: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'+');

impl Report {
    /// The report as SARIF 2.1.0. Every check is a rule and a result: `fail` where something was found, `pass`, `open`
    /// where there is no answer, `notApplicable` where it was not asked.
    pub fn to_sarif(&self) -> String {
        let place = ArtifactLocation { uri: uri(&self.recipe.path) };
        let errors = self.checks.iter().filter(|check| check.verdict == Verdict::Error);
        let notifications: Vec<_> = errors
            .map(|check| Notification {
                level: "error",
                message: text(format!("{}: {}", check.id, check.headline)),
            })
            .collect();
        let log = Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: self.tool.name.clone(),
                        semantic_version: self.tool.version.clone(),
                        information_uri: HOME,
                        rules: self.checks.iter().map(rule).collect(),
                    },
                },
                invocations: [Invocation {
                    execution_successful: self.gate.is_open && notifications.is_empty(),
                    start_time_utc: self.began.clone(),
                    tool_execution_notifications: notifications,
                }],
                artifacts: [Artifact { location: place.clone() }],
                results: (0..)
                    .zip(&self.checks)
                    .map(|(index, check)| self.finding(index, check, &place))
                    .collect(),
                column_kind: "unicodeCodePoints",
            }],
        };
        // A value of texts, numbers and lists has a JSON form.
        serde_json::to_string_pretty(&log).map(|text| text + "\n").unwrap_or_default()
    }

    fn finding(&self, rule_index: usize, check: &CheckEntry, place: &ArtifactLocation) -> Finding {
        let (kind, level) = match check.verdict {
            Verdict::Pass => ("pass", "none"),
            Verdict::Fail { severity } | Verdict::Warn { severity } => ("fail", level(severity)),
            Verdict::Inconclusive { .. } | Verdict::Error => ("open", "none"),
            Verdict::NotApplicable { .. } => ("notApplicable", "none"),
        };
        let shown = check.verdict.severity().and_then(|_| self.telling_exchange(check));
        let mut properties = BTreeMap::from([("verdict".to_owned(), check.verdict.word().to_owned())]);
        properties.extend(check.facts.iter().map(|fact| (fact.name.clone(), fact.value.clone())));
        Finding {
            rule_id: check.id.clone(),
            rule_index,
            kind,
            level,
            message: text(format!("{} (what should hold: {})", check.said(), check.title)),
            locations: [Location {
                physical_location: PhysicalLocation {
                    artifact_location: place.clone(),
                    region: Region { start_line: check.step.line },
                },
            }],
            partial_fingerprints: BTreeMap::from([
                ("handstampAudit/v1", check.fingerprint.clone()),
                // The one that GitHub compares.
                ("primaryLocationLineHash", check.fingerprint.clone()),
            ]),
            web_request: shown.map(web_request),
            web_response: shown.map(web_response),
            properties,
        }
    }

    /// The last exchange with the old credential: controls come after it and say of themselves that they are.
    pub(super) fn telling_exchange(&self, check: &CheckEntry) -> Option<&ExchangeEntry> {
        let shown = || check.evidence.iter().rev().filter_map(|id| self.exchange(*id));
        shown()
            .find(|exchange| exchange.purpose.contains("after:"))
            .or_else(|| shown().find(|exchange| !exchange.purpose.starts_with("control")))
            .or_else(|| shown().next())
    }

    /// The exchange of this number, where it is shown.
    pub fn exchange(&self, id: u32) -> Option<&ExchangeEntry> {
        let place = self.exchanges.binary_search_by_key(&id, |exchange| exchange.id).ok()?;
        self.exchanges.get(place)
    }
}

fn rule(check: &CheckEntry) -> Rule {
    let asvs = check.asvs.iter().map(|id| format!("asvs-5.0/{id}"));
    let wstg = check.wstg.iter().map(|id| format!("wstg-{}", id.to_ascii_lowercase()));
    let cwe = check.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}"));
    Rule {
        id: check.id.clone(),
        name: check.id.replace("SA-", "Session").replace('-', ""),
        short_description: text(check.title.clone()),
        full_description: text(check.explanation.clone()),
        help: text(check.remedy.clone()),
        properties: RuleProperties {
            tags: ["security".to_owned(), "session".to_owned()]
                .into_iter()
                .chain(asvs)
                .chain(wstg)
                .chain(cwe)
                .collect(),
            security_severity: match check.at_most {
                Severity::High => "8.1",
                Severity::Medium => "5.4",
                Severity::Low => "3.1",
                Severity::Information => "0.0",
            },
            precision: "very-high",
        },
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Information => "note",
    }
}

fn web_request(exchange: &ExchangeEntry) -> WebRequest {
    let request = &exchange.request;
    WebRequest {
        protocol: "HTTP",
        version: "1.1",
        target: format!("{}{}", exchange.origin, request.target),
        method: request.method.clone(),
        headers: headers(&request.headers),
        body: body(&request.body),
    }
}

fn web_response(exchange: &ExchangeEntry) -> WebResponse {
    let response = &exchange.response;
    WebResponse {
        protocol: "HTTP",
        version: "1.1",
        status_code: response.status,
        headers: headers(&response.headers),
        body: body(&response.body),
    }
}

/// Headers of one name stand together: SARIF has room for each name once.
fn headers(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        all.entry(name.clone())
            .and_modify(|there| {
                there.push_str(", ");
                there.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    all
}

fn body(body: &BodyText) -> Option<Text> {
    (!body.text.is_empty()).then(|| text(body.text.clone()))
}

fn text(text: String) -> Text {
    Text { text }
}

/// A path as a reference that a URI can be: relative ones stay relative, to the root of the code.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let encoded = utf8_percent_encode(path.trim_start_matches("./"), &PATH).to_string();
    if path.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_reference() {
        assert_eq!(uri("./audit/my recipe.toml"), "audit/my%20recipe.toml");
        assert_eq!(uri("/tmp/recipe.toml"), "file:///tmp/recipe.toml");
        assert_eq!(uri("audit\\recipe.toml"), "audit/recipe.toml");
    }

    #[test]
    fn headers_of_one_name_stand_together() {
        let pairs = [("Vary", "a"), ("Vary", "b"), ("X", "c")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(headers(&pairs).get("Vary").map(String::as_str), Some("a, b"));
    }
}
