//! `handstamp store info`.

use clap::Args;
use handstamp::{Timestamp, store::StoreInfo};
use serde::Serialize;

use super::{
    failure::Failure,
    file::Place,
    show::{Output, count, date, incarnation, size},
};

const EXAMPLES: &str = "\
Examples:
  handstamp store info state
  handstamp store info state --json | jq .live";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InfoArguments {
    #[command(flatten)]
    place: Place,
    /// As JSON, for a program; times in milliseconds since 1970.
    #[arg(long)]
    json: bool,
}

/// Times are milliseconds since 1970.
#[derive(Serialize)]
struct Info {
    file: String,
    file_bytes: u64,
    disk_free_bytes: Option<u64>,
    schema: u64,
    incarnation: String,
    live: u64,
    ended: u64,
    accounts: u64,
    log_entries: u64,
    log_oldest: Option<u64>,
    log_newest: Option<u64>,
    last_write: Option<u64>,
    /// Why the file is taken for a restored or moved one, if it is.
    restored: Option<&'static str>,
}

pub(super) fn run(arguments: &InfoArguments) -> Result<(), Failure> {
    let info = arguments.place.inspect()?;
    Output::Standard.show(arguments.json, &Info::of(&info), &rows(&info))
}

impl Info {
    fn of(info: &StoreInfo) -> Self {
        Self {
            file: info.file.display().to_string(),
            file_bytes: info.file_bytes,
            disk_free_bytes: info.free_bytes,
            schema: info.schema,
            incarnation: incarnation(&info.incarnation),
            live: info.stats.live,
            ended: info.stats.ended,
            accounts: info.stats.accounts,
            log_entries: info.stats.entries,
            log_oldest: info.oldest_entry.map(Timestamp::as_millis),
            log_newest: info.newest_entry.map(Timestamp::as_millis),
            last_write: info.last_write.map(Timestamp::as_millis),
            restored: info.restored,
        }
    }
}

fn rows(info: &StoreInfo) -> Vec<(&'static str, String)> {
    let free = info.free_bytes.map_or_else(String::new, |free| format!(", {} free on its disk", size(free)));
    let stats = &info.stats;
    let mut rows = vec![
        ("file", info.file.display().to_string()),
        ("size", format!("{}{free}", size(info.file_bytes))),
        ("schema", info.schema.to_string()),
        ("incarnation", incarnation(&info.incarnation)),
        ("sessions", format!("{} live, {} ended", count(stats.live), count(stats.ended))),
        ("accounts", count(stats.accounts)),
    ];
    let span = match (info.oldest_entry, info.newest_entry) {
        (Some(oldest), Some(newest)) => format!(", {} to {}", date(oldest), date(newest)),
        _ => String::new(),
    };
    rows.push(("log", format!("{} entries{span}", count(stats.entries))));
    rows.extend(info.last_write.map(|at| ("last write", date(at))));
    rows.extend(info.restored.map(|why| ("restored", format!("{why}: run `handstamp store restored`"))));
    rows
}
