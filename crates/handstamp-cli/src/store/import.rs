//! `handstamp store import`.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use clap::Args;
use handstamp::{
    Clock, SystemClock, Timestamp,
    store::Store,
    transfer::{Contents, Counts, Header, Import, ImportSummary, Reading},
};
use indicatif::HumanDuration;
use serde::Serialize;

use super::{
    failure::Failure,
    file::Place,
    lines::Lines,
    progress::{Progress, Unit},
    show::{Output, count, date},
};

/// From this age on an export counts as a backup: somebody has to say what becomes of its sessions.
const MOVING: Duration = Duration::from_secs(3600);

const EXAMPLES: &str = "\
Examples:
  handstamp store import new-state moved.jsonl                 right after the export: nobody is signed out
  handstamp store import state backup.jsonl --end-sessions     a backup: everybody signs in anew
  zstd -dc backup.zst | handstamp store import state - --end-sessions

The folder is made if it is not there. Put the realm key (default.key) into the folder as well, or nobody's token is known there.

A file is read whole before anything is stored, so that nothing of a damaged one is. An import that was
interrupted goes on when it is repeated. A store that holds anything else takes no import, and one that
has been used since the import takes it no second time.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    place: Place,
    /// The export, or `-` for standard input.
    file: PathBuf,
    /// End every session on its way in: for a backup, some of whose sessions may have been ended since
    /// it was made. Holds and credential changes are kept.
    #[arg(long, conflicts_with = "keep_sessions")]
    end_sessions: bool,
    /// Let sessions live, however old the export is.
    #[arg(long)]
    keep_sessions: bool,
    /// The summary as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Summary {
    folder: String,
    rows: u64,
    counts: Counts,
    stored: u64,
    there_already: u64,
    exported_at: String,
    sessions: &'static str,
}

pub(super) async fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let ImportArguments { place, file, json, .. } = arguments;
    let now = SystemClock::new().now();
    let summary = if file.as_os_str() == "-" {
        let lines = Lines::of(BufReader::with_capacity(1 << 20, io::stdin()));
        take(arguments, lines, None, now).await?
    } else {
        let contents = read_whole(arguments)?;
        arguments.judge(&contents.header, now)?;
        arguments.judge_changes(contents.changed)?;
        let size = contents.counts.rows();
        let opened = File::open(file).map_err(|error| arguments.refused(error))?;
        take(arguments, Lines::of(BufReader::with_capacity(1 << 20, opened)), Some(size), now).await?
    };
    let ImportSummary { contents, imported, .. } = summary;
    let sessions = if arguments.end_sessions { "ended" } else { "kept" };
    let summary = Summary {
        folder: place.to_string(),
        rows: contents.counts.rows(),
        counts: contents.counts,
        stored: imported.stored,
        there_already: imported.there,
        exported_at: date(contents.header.exported_at),
        sessions,
    };
    let rows = [
        ("imported into", summary.folder.clone()),
        ("sessions", format!("{}, {sessions}", count(contents.counts.sessions))),
        ("accounts", count(contents.counts.accounts)),
        ("rows stored", count(imported.stored)),
        ("there already", count(imported.there)),
        ("state of", summary.exported_at.clone()),
    ];
    Output::Standard.show(*json, &summary, &rows)
}

impl ImportArguments {
    fn place(&self) -> String {
        if self.file.as_os_str() == "-" { "standard input".into() } else { self.file.display().to_string() }
    }

    fn refused(&self, error: io::Error) -> Failure {
        Failure::File { place: self.place(), error }
    }

    fn has_decided(&self) -> bool {
        self.end_sessions || self.keep_sessions
    }

    /// May the sessions of an export of this age live, if nobody has said so?
    fn judge(&self, header: &Header, now: Timestamp) -> Result<(), Failure> {
        let age = now.since(header.exported_at);
        if age > MOVING && !self.has_decided() {
            return Err(Failure::OldExport { place: self.place(), age: HumanDuration(age).to_string() });
        }
        Ok(())
    }

    /// Is it one state of the store?
    fn judge_changes(&self, changed: u64) -> Result<(), Failure> {
        if changed > 0 && !self.has_decided() {
            return Err(Failure::MovingExport { place: self.place(), changed });
        }
        Ok(())
    }
}

/// Reads the file to its end without storing anything.
fn read_whole(arguments: &ImportArguments) -> Result<Contents, Failure> {
    let file = File::open(&arguments.file).map_err(|error| arguments.refused(error))?;
    let total = file.metadata().map_err(|error| arguments.refused(error))?.len();
    let mut progress = Progress::of("checking", Unit::Bytes, total);
    let broken = |error| Failure::Format { place: arguments.place(), error };
    let (mut reading, mut lines) = (Reading::new(), Lines::of(BufReader::with_capacity(1 << 20, file)));
    while let Some(line) = lines.next().map_err(|error| arguments.refused(error))? {
        reading.line(line).map_err(broken)?;
        progress.at(lines.read(), total);
    }
    reading.finish().map_err(broken)
}

async fn take(
    arguments: &ImportArguments,
    mut lines: Lines<impl BufRead>,
    rows: Option<u64>,
    now: Timestamp,
) -> Result<ImportSummary, Failure> {
    let broken = |error| Failure::Import { place: arguments.place(), error };
    let store: Arc<dyn Store> = Arc::new(arguments.place.open_or_new()?);
    let mut import = Import::new(store);
    if arguments.end_sessions {
        import = import.ending_sessions(now);
    }
    let mut progress = Progress::of("importing", Unit::Rows, rows.unwrap_or_default());
    let mut judged = false;
    while let Some(line) = lines.next().map_err(|error| arguments.refused(error))? {
        if !judged {
            // Before the first line is taken, for then the store is marked.
            let mut first = Reading::new();
            first.line(line).map_err(|error| broken(error.into()))?;
            if let Some(header) = first.header() {
                arguments.judge(header, now)?;
            }
            judged = true;
        }
        import.line(line).await.map_err(broken)?;
        let header = import.reading().header();
        let expected = rows.or_else(|| header.map(|header| header.sessions + header.accounts));
        progress.at(import.reading().counts().rows(), expected.unwrap_or_default());
    }
    arguments.judge_changes(import.reading().changed().unwrap_or_default())?;
    import.finish().await.map_err(broken)
}
