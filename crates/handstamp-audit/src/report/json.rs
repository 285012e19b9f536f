//! The report as JSON, and back: what `explain`, `diff` and `--baseline` read.

use thiserror::Error;

use super::{FORMAT, Report, VERSION};

/// Why a text is no report.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is not JSON, or JSON of something else.
    #[error("this is no report of `handstamp audit run --report json=FILE`: {0}")]
    NotAReport(String),
    /// It is of a version that is not known here.
    #[error("this report has version {found} of the format, and this program reads version {VERSION}")]
    Version {
        /// Its version.
        found: u64,
    },
}

impl Report {
    /// The report as JSON, indented, with a line end; what `docs/audit/report.schema.json` describes.
    pub fn to_json(&self) -> String {
        // A value of texts, numbers and lists has a JSON form.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Reads a report from its JSON form.
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        let not = |error: serde_json::Error| ReadError::NotAReport(error.to_string());
        let value: serde_json::Value = serde_json::from_str(text).map_err(not)?;
        if value.get("format").and_then(serde_json::Value::as_str) != Some(FORMAT) {
            return Err(ReadError::NotAReport(format!("it does not say \"format\": \"{FORMAT}\"")));
        }
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            found => return Err(ReadError::Version { found: found.unwrap_or_default() }),
        }
        serde_json::from_value(value).map_err(not)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        check::{Reason, Severity, Verdict},
        report::testing::{check_entry, report},
    };

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let verdicts = [
            Verdict::Pass,
            Verdict::Fail { severity: Severity::High },
            Verdict::Inconclusive { reason: Reason::ClockNotMoved },
            Verdict::Error,
        ];
        let written =
            report(verdicts.iter().map(|verdict| check_entry("SA-END-01", *verdict, &[])).collect());
        assert_eq!(Report::from_json(&written.to_json()).unwrap(), written);
    }

    #[test]
    fn what_is_no_report_is_refused_with_its_reason() {
        let said = |text: &str| Report::from_json(text).unwrap_err().to_string();
        assert!(said("{").contains("this is no report"));
        assert!(said("{\"runs\": []}").contains("\"format\""));
        assert!(said(&format!("{{\"format\": \"{FORMAT}\", \"version\": 99}}")).contains("version 99"));
    }
}
