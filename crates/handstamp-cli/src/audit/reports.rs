//! Report files: which format goes where, and reading one back.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use handstamp_audit::report::Report;

use super::{Failure, files};

/// `html=audit.html`.
#[derive(Clone)]
pub(super) struct ReportFile {
    format: Format,
    pub(super) path: PathBuf,
}

#[derive(Clone, Copy)]
enum Format {
    Html,
    Json,
    Sarif,
    Junit,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text.split_once('=').unwrap_or((text, ""));
        let format = match format {
            "html" => Format::Html,
            "json" => Format::Json,
            "sarif" => Format::Sarif,
            "junit" => Format::Junit,
            other => {
                return Err(format!("there is no format {other:?}; there are html, json, sarif and junit"));
            }
        };
        if path.is_empty() {
            return Err("a file is missing, such as html=audit.html".to_owned());
        }
        Ok(Self { format, path: path.into() })
    }
}

impl ReportFile {
    /// What goes into the file.
    pub(super) fn written(&self, report: &Report, is_strict: bool) -> Result<String, Failure> {
        Ok(match self.format {
            Format::Html => report.to_html(),
            Format::Json => report.to_json(),
            Format::Sarif => report.to_sarif(),
            Format::Junit => report.to_junit(is_strict).map_err(|error| Failure::Usage(error.to_string()))?,
        })
    }
}

/// Reads a JSON report.
pub(super) fn read_report(path: &Path) -> Result<Report, Failure> {
    let text = files::read(path)?;
    Report::from_json(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}
