//! `handstamp audit diff`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use handstamp_audit::{
    check::Verdict,
    report::{Change, Difference},
};

use super::{Failure, printed, reports::read_report};

const EXAMPLES: &str = "\
Examples:
  handstamp audit diff last.json now.json

Exits with 1 where a finding is new or worse, else with 0.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiffArguments {
    /// The earlier JSON report.
    old: PathBuf,
    /// The later one.
    new: PathBuf,
    /// As JSON, for a program.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &DiffArguments) -> Result<ExitCode, Failure> {
    let (old, new) = (read_report(&arguments.old)?, read_report(&arguments.new)?);
    let difference = Difference::between(&old, &new);
    let text = if arguments.json {
        let json = serde_json::to_string_pretty(&difference);
        json.map_err(|error| Failure::Output(error.into()))? + "\n"
    } else {
        printed::plain(&told(&difference))
    };
    io::stdout().write_all(text.as_bytes()).map_err(Failure::Output)?;
    Ok(ExitCode::from(u8::from(difference.is_worse())))
}

fn told(difference: &Difference) -> String {
    let mut text = String::new();
    for (heading, changes) in [
        ("New", &difference.appeared),
        ("Worse", &difference.worse),
        ("Milder", &difference.milder),
        ("Gone", &difference.gone),
        ("Not known: found before, and without an answer now", &difference.unknown),
        ("As before", &difference.same),
    ] {
        if changes.is_empty() {
            continue;
        }
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{heading}");
        for Change { id, title, before, now, headline, .. } in changes {
            let _ = writeln!(text, "  {id}  {title}: {} -> {}; {headline}", word(*before), word(*now));
        }
    }
    if text.is_empty() {
        text.push_str("No findings, before or now\n");
    }
    text
}

fn word(verdict: Option<Verdict>) -> String {
    match verdict {
        None => "not there".to_owned(),
        Some(verdict) => match verdict.severity() {
            Some(severity) => format!("{verdict} ({severity})"),
            None => verdict.to_string(),
        },
    }
}
