//! Results for people, and the same as JSON for programs.

use std::io::Write;

use handstamp::{Timestamp, store::Incarnation};
use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::failure::Failure;

/// Where a result goes.
#[derive(Clone, Copy)]
pub(super) enum Output {
    Standard,
    /// Standard output is taken by the export itself.
    Error,
}

impl Output {
    /// Writes rows of a name and a value, or the value as JSON.
    pub(super) fn show(
        self,
        as_json: bool,
        json: &impl Serialize,
        rows: &[(&str, String)],
    ) -> Result<(), Failure> {
        let mut text = String::new();
        if as_json {
            text = serde_json::to_string_pretty(json).map_err(|error| Failure::Output(error.into()))?;
            text.push('\n');
        } else {
            let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
            for (name, value) in rows {
                text += format!("{name:width$}  {value}").trim_end();
                text.push('\n');
            }
        }
        let written = match self {
            Self::Standard => std::io::stdout().write_all(text.as_bytes()),
            Self::Error => std::io::stderr().write_all(text.as_bytes()),
        };
        written.map_err(Failure::Output)
    }
}

/// `2026-11-23T08:15:00Z`, or the milliseconds of a time beyond all calendars.
pub(super) fn date(at: Timestamp) -> String {
    let seconds = i64::try_from(at.as_millis() / 1000).ok();
    let date = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    let text = date.and_then(|date| date.format(&Rfc3339).ok());
    text.unwrap_or_else(|| format!("{} ms after 1970", at.as_millis()))
}

pub(super) fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

pub(super) fn size(bytes: u64) -> String {
    BinaryBytes(bytes).to_string()
}

/// Its text form is the one that errors and the witness have.
pub(super) fn incarnation(incarnation: &Incarnation) -> String {
    format!("{incarnation:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(date(Timestamp::from_millis(1_795_421_700_123)), "2026-11-23T08:15:00Z");
        assert_eq!(date(Timestamp::from_millis(u64::MAX)), "18446744073709551615 ms after 1970");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(size(3 << 20), "3.00 MiB");
    }
}
