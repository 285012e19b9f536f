//! SA-EXP-08: logs hold no token.

use std::{
    fs::File,
    future::ready,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use super::search::Tokens;
use crate::{
    audit::Audit,
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-EXP-08", Group::Exposure, Severity::Medium, "logs hold no token")
        .explained(
            "Searches the log files that the recipe names for the values of every token of the run, raw and encoded. It \
             fails where a whole one is found; a hash or a few characters are fine. No request is sent.",
        )
        .remedied_by("Log a session's public id or a keyed hash of its token, never the token or the Cookie header.")
        .standards(&["16.2.5"], &["SESS-04"], &[532])
        .from_profile(Profile::Standard),
    |audit| Box::pin(ready(Ok(run(audit)))),
);

/// How much of a log's end is read.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

fn run(audit: &Audit) -> Outcome {
    let files = &audit.recipe().logs;
    if files.is_empty() {
        return Outcome::not_applicable(Reason::NoStepInRecipe, "logs.files names none");
    }
    let tokens = Tokens::of(audit, false);
    if tokens.count == 0 {
        return Outcome::inconclusive(
            Reason::NotObserved,
            "the run met no token that is long enough to be found",
        );
    }
    let mut read = 0;
    for file in files {
        let text = match end_of(file) {
            Ok(text) => text,
            Err(error) => {
                let why = format!("{} cannot be read: {error}", file.display());
                return Outcome::inconclusive(Reason::ControlFailed, why);
            }
        };
        read += text.len();
        if tokens.are_in(&text) {
            let why = format!("{} holds a whole token", file.display());
            return Outcome::fail(CHECK.description.severity, why);
        }
    }
    if read == 0 {
        return Outcome::inconclusive(
            Reason::NotObserved,
            "the logs are empty, so that nothing can be in them",
        );
    }
    Outcome::pass(format!("{} tokens are in none of {} log files", tokens.count, files.len()))
}

fn end_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST_BYTES)))?;
    let mut text = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut text)?;
    Ok(text)
}
