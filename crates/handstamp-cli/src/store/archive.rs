//! `handstamp store archive`.

use std::path::PathBuf;

use clap::Args;
use handstamp::{Archived, LogArchive, RealmName};
use serde::Serialize;

use super::{
    failure::Failure,
    file::Place,
    show::{Output, count},
};

const EXAMPLES: &str = "\
Example:
  handstamp store archive state log-archive.jsonl

Run it before the store forgets entries (30 days, unless the program says otherwise), or let the program
itself follow its log with `Sessions::archive_log`. Repeating it appends what is new: the file says how far
it is, and a half line that a crash has left is cut off. Where entries are missing, a line says so. The
file names accounts and is readable by its owner only; an account that is erased stays in it.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ArchiveArguments {
    #[command(flatten)]
    place: Place,
    /// The archive; made if it is not there.
    file: PathBuf,
    /// Whose log. Each realm has an archive of its own.
    #[arg(long, default_value = "default", value_parser = realm_name)]
    realm: RealmName,
    /// The summary as JSON.
    #[arg(long)]
    json: bool,
}

fn realm_name(text: &str) -> Result<RealmName, String> {
    RealmName::new(text).map_err(|error| error.to_string())
}

#[derive(Serialize)]
struct Summary {
    file: String,
    realm: String,
    entries: usize,
    gaps: usize,
}

pub(super) async fn run(arguments: &ArchiveArguments) -> Result<(), Failure> {
    let ArchiveArguments { place, file, realm, json } = arguments;
    let store = place.open()?;
    let mut archive = LogArchive::open(store, realm.clone(), file).await?;
    let Archived { entries, gaps, .. } = archive.catch_up().await?;
    let summary = Summary { file: file.display().to_string(), realm: realm.to_string(), entries, gaps };
    let number = |number: usize| count(u64::try_from(number).unwrap_or(u64::MAX));
    let mut rows = vec![
        ("archived to", summary.file.clone()),
        ("realm", summary.realm.clone()),
        ("entries", number(entries)),
    ];
    if gaps > 0 {
        rows.push(("gaps", format!("{}: the store had forgotten entries, or is another one", number(gaps))));
    }
    Output::Standard.show(*json, &summary, &rows)
}
