//! `handstamp store restored`.

use clap::Args;
use handstamp::store::{AfterRestore, EmbeddedStore};
use serde::Serialize;

use super::{
    failure::Failure,
    file::Place,
    show::{Output, count, incarnation},
};

const EXAMPLES: &str = "\
Examples:
  handstamp store restored state                   after putting back a backup
  handstamp store restored state --keep-sessions   after moving the file while nobody used it

A backup knows nothing of what was ended after it was made: a session that somebody signed out of would
be alive again. So all sessions end and everybody signs in anew; holds and accounts stay. The store gets a
new incarnation, by which readers of its log know to begin anew. A program that opens the file does the
same by itself if it finds it restored; this verb lets you decide before that.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RestoredArguments {
    #[command(flatten)]
    place: Place,
    /// End every session (the default).
    #[arg(long, conflicts_with = "keep_sessions")]
    #[allow(dead_code, reason = "the default, written out")]
    end_sessions: bool,
    /// Let them live: nobody has used the store between the copy and now.
    #[arg(long)]
    keep_sessions: bool,
    /// As JSON, for a program.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Restored {
    folder: String,
    sessions_ended: bool,
    sessions: u64,
    incarnation_before: String,
    incarnation: String,
}

pub(super) fn run(arguments: &RestoredArguments) -> Result<(), Failure> {
    let choice = if arguments.keep_sessions { AfterRestore::KeepSessions } else { AfterRestore::EndSessions };
    arguments.place.inspect()?;
    let restored = EmbeddedStore::restored(&arguments.place.folder, choice)?;
    let json = Restored {
        folder: arguments.place.to_string(),
        sessions_ended: restored.sessions_ended,
        sessions: restored.live,
        incarnation_before: incarnation(&restored.before),
        incarnation: incarnation(&restored.incarnation),
    };
    let what = if json.sessions_ended { "have ended; the next sweep records each" } else { "live on" };
    let rows = [
        ("store", json.folder.clone()),
        ("sessions", format!("{} {what}", count(json.sessions))),
        ("incarnation", json.incarnation.clone()),
        ("before", json.incarnation_before.clone()),
    ];
    Output::Standard.show(arguments.json, &json, &rows)
}
