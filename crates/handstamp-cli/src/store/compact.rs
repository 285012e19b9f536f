//! `handstamp store compact`.

use std::path::PathBuf;

use clap::Args;
use handstamp::store::EmbeddedStore;
use serde::Serialize;

use super::{
    failure::Failure,
    show::{Output, size},
};

const EXAMPLES: &str = "\
Example:
  handstamp store compact state

The file keeps the room of what was forgotten and uses it again, so this is worth while only after a
peak that will not come back. It moves pages within the file and needs little room of its own.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompactArguments {
    /// The folder of the store.
    folder: PathBuf,
    /// As JSON, for a program.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Compacted {
    file: String,
    before_bytes: u64,
    after_bytes: u64,
}

pub(super) fn run(arguments: &CompactArguments) -> Result<(), Failure> {
    let compacted = EmbeddedStore::compact(&arguments.folder)?;
    let json = Compacted {
        file: compacted.file.display().to_string(),
        before_bytes: compacted.before_bytes,
        after_bytes: compacted.after_bytes,
    };
    let rows =
        [("file", json.file.clone()), ("before", size(json.before_bytes)), ("after", size(json.after_bytes))];
    Output::Standard.show(arguments.json, &json, &rows)
}
