//! `handstamp store export`.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use handstamp::{
    Clock, SystemClock,
    store::Store,
    transfer::{Contents, Counts, Export, ExportError, Reading},
};
use serde::Serialize;

use super::{
    failure::Failure,
    file::Place,
    lines::Lines,
    progress::{Progress, Unit},
    show::{Output, count, date},
};

const EXAMPLES: &str = "\
Examples:
  handstamp store export state backup.jsonl            a backup, readable by any store
  handstamp store export state backup.jsonl --resume   go on where it was interrupted
  handstamp store export state - | zstd > backup.zst   through a pipe

The lines hold hashes and the names of accounts, no token and no realm key: nobody can sign in with
them. The file is made readable for its owner only. Its last line has a checksum over all before it.
The realm key (state/default.key) is not in it; without the key everybody has to sign in anew.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    place: Place,
    /// The file to write, or `-` for standard output.
    file: PathBuf,
    /// Go on with a file whose export was interrupted. Only if the store has not changed since.
    #[arg(long)]
    resume: bool,
    /// The summary as JSON; on standard error if the export goes to standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Summary {
    file: String,
    rows: u64,
    counts: Counts,
    exported_at: String,
    /// Rows that were there from an export that had been interrupted.
    resumed_after: u64,
}

pub(super) async fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let ExportArguments { place, file, resume, json } = arguments;
    let to_output = file.as_os_str() == "-";
    if to_output && *resume {
        return Err(Failure::NothingToResume);
    }
    // The file first: a store is not to be opened for an answer that is known before.
    let found = if to_output { Found::Nothing } else { look(file, *resume)? };
    let store: Arc<dyn Store> = Arc::new(place.open()?);
    let (mut export, mut out, resumed_after): (_, Box<dyn Write>, _) = match found {
        Found::Whole(contents) => {
            return summarise(*json, Output::Standard, file, contents.counts, &contents.header, 0);
        }
        Found::Nothing => {
            let export = begin(store, SystemClock::new().now()).await?;
            let out: Box<dyn Write> =
                if to_output { Box::new(io::stdout().lock()) } else { Box::new(create(file)?) };
            (export, out, 0)
        }
        Found::Part(reading) => match reading.resume_point() {
            None => (begin(store, SystemClock::new().now()).await?, Box::new(cut(file, 0)?), 0),
            Some(point) => {
                let (offset, rows) = (point.offset(), point.counts().rows());
                let export = Export::resume(store, point).await.map_err(told)?;
                (export, Box::new(cut(file, offset)?), rows)
            }
        },
    };
    let refused = |error| Failure::File { place: file.display().to_string(), error };
    let mut progress = Progress::of("exporting", Unit::Rows, expected(&export));
    while let Some(lines) = export.next().await.map_err(told)? {
        out.write_all(&lines).map_err(refused)?;
        progress.at(export.counts().rows(), expected(&export));
    }
    out.flush().map_err(refused)?;
    drop((progress, out));
    if !to_output {
        File::open(file).and_then(|file| file.sync_all()).map_err(refused)?;
    }
    let output = if to_output { Output::Error } else { Output::Standard };
    summarise(*json, output, file, export.counts(), export.header(), resumed_after)
}

async fn begin(store: Arc<dyn Store>, at: handstamp::Timestamp) -> Result<Export, Failure> {
    Export::begin(store, at).await.map_err(told)
}

fn told(error: ExportError) -> Failure {
    let hint = if matches!(error, ExportError::Store(_)) { ". Go on later with --resume" } else { "" };
    Failure::Export { error, hint }
}

/// Most rows are sessions and accounts.
fn expected(export: &Export) -> u64 {
    export.header().sessions + export.header().accounts
}

/// What lies where the export is to go.
enum Found {
    Nothing,
    Part(Box<Reading>),
    Whole(Contents),
}

fn look(path: &Path, resume: bool) -> Result<Found, Failure> {
    let refused = |error| Failure::File { place: path.display().to_string(), error };
    let file = match File::open(path) {
        Ok(_) if !resume => return Err(Failure::FileExists(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        file => file.map_err(refused)?,
    };
    let total = file.metadata().map_err(refused)?.len();
    let mut progress = Progress::of("reading what is there", Unit::Bytes, total);
    let (mut reading, mut lines) = (Reading::new(), Lines::of(BufReader::with_capacity(1 << 20, file)));
    let broken = |error| Failure::Format { place: path.display().to_string(), error };
    while let Some(line) = lines.next().map_err(refused)? {
        reading.line(line).map_err(broken)?;
        progress.at(lines.read(), total);
    }
    if reading.is_complete() {
        return reading.finish().map(Found::Whole).map_err(broken);
    }
    Ok(Found::Part(Box::new(reading)))
}

/// A new file that only its owner reads.
fn create(path: &Path) -> Result<BufWriter<File>, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path);
    file.map(|file| BufWriter::with_capacity(1 << 20, file))
        .map_err(|error| Failure::File { place: path.display().to_string(), error })
}

/// The file, cut off after so many bytes.
fn cut(path: &Path, offset: u64) -> Result<BufWriter<File>, Failure> {
    let cut = || {
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.set_len(offset)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(BufWriter::with_capacity(1 << 20, file))
    };
    cut().map_err(|error| Failure::File { place: path.display().to_string(), error })
}

fn summarise(
    json: bool,
    output: Output,
    file: &Path,
    counts: Counts,
    header: &handstamp::transfer::Header,
    resumed_after: u64,
) -> Result<(), Failure> {
    let summary = Summary {
        file: file.display().to_string(),
        rows: counts.rows(),
        counts,
        exported_at: date(header.exported_at),
        resumed_after,
    };
    let mut rows = vec![
        ("exported to", summary.file.clone()),
        ("sessions", count(counts.sessions)),
        ("accounts", count(counts.accounts)),
        ("rows", count(counts.rows())),
        ("state of", summary.exported_at.clone()),
    ];
    if resumed_after > 0 {
        rows.push(("went on after", format!("{} rows", count(resumed_after))));
    }
    output.show(json, &summary, &rows)
}
