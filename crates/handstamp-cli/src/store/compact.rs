//! `handstamp store compact`.

use clap::Args;
use handstamp::store::EmbeddedStore;
use serde::Serialize;

use super::{
    failure::Failure,
    file::Place,
    show::{Output, size},
};

const EXAMPLES: &str = "\
Example:
  handstamp store compact state

The file keeps the room of what was forgotten and uses it again, so this is worth while only after a
peak that will not come back. An interruption loses nothing; the file takes longer to open then, once.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompactArguments {
    #[command(flatten)]
    place: Place,
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
    arguments.place.inspect()?;
    let compacted = EmbeddedStore::compact(&arguments.place.folder)?;
    let json = Compacted {
        file: compacted.file.display().to_string(),
        before_bytes: compacted.before_bytes,
        after_bytes: compacted.after_bytes,
    };
    let rows =
        [("file", json.file.clone()), ("before", size(json.before_bytes)), ("after", size(json.after_bytes))];
    Output::Standard.show(arguments.json, &json, &rows)
}
