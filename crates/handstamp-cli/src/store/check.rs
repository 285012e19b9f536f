//! `handstamp store check`.

use clap::Args;
use handstamp::store::{EmbeddedStore, OpenError};
use serde::Serialize;

use super::{
    failure::Failure,
    file::Place,
    progress::{Progress, Unit},
    show::{Output, count},
};

const EXAMPLES: &str = "\
Examples:
  handstamp store check state
  handstamp store check state --json > report.json || echo damaged

Reads every page and every row: some 15 seconds for each gigabyte. Exits with 3 if anything is wrong.
It mends nothing. What to do then stands in docs/operations.md.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    place: Place,
    /// As JSON, for a program.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    file: String,
    sessions: u64,
    accounts: u64,
    log_entries: u64,
    /// How many problems there are, of which the first hundred follow.
    found: u64,
    problems: Vec<String>,
}

pub(super) fn run(arguments: &CheckArguments) -> Result<(), Failure> {
    match arguments.place.inspect() {
        // A file that cannot even be looked at is what this verb is for.
        Ok(_) | Err(Failure::Open(OpenError::Corrupt { .. })) => {}
        Err(failure) => return Err(failure),
    }
    let mut progress = Progress::of("checking", Unit::Rows, 0);
    let checked = EmbeddedStore::check(&arguments.place.folder, |done, total| progress.at(done, total));
    drop(progress);
    let report = match checked {
        Err(corrupt @ OpenError::Corrupt { .. }) => return Err(Failure::Damaged(corrupt.to_string())),
        report => report?,
    };
    let mut rows = vec![
        ("file", report.file.display().to_string()),
        ("sessions", count(report.sessions)),
        ("accounts", count(report.accounts)),
        ("log entries", count(report.entries)),
    ];
    rows.extend(report.problems.iter().map(|problem| ("problem", problem.clone())));
    if report.is_clean() {
        rows.push(("verdict", "nothing is wrong".to_owned()));
    }
    let json = Report {
        file: report.file.display().to_string(),
        sessions: report.sessions,
        accounts: report.accounts,
        log_entries: report.entries,
        found: report.found,
        problems: report.problems,
    };
    Output::Standard.show(arguments.json, &json, &rows)?;
    match json.found {
        0 => Ok(()),
        found => Err(Failure::Damaged(format!(
            "{} is damaged ({found} found). It is left as it is: put back a backup, or move what can be read with \
             `handstamp store export`",
            json.file
        ))),
    }
}
