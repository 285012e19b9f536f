//! `handstamp audit explain`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Args;
use handstamp_audit::{
    check::Description,
    checks::{catalogue, find},
};

use super::Failure;

const EXAMPLES: &str = "\
Examples:
  handstamp audit explain SA-END-01";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainArguments {
    /// The check, such as SA-END-01 or end-01.
    id: String,
}

pub(super) fn run(arguments: &ExplainArguments) -> Result<ExitCode, Failure> {
    let description = described(&arguments.id)?;
    io::stdout().write_all(about(description).as_bytes()).map_err(Failure::Output)?;
    Ok(ExitCode::SUCCESS)
}

fn described(id: &str) -> Result<&'static Description, Failure> {
    let check = find(id).or_else(|| find(&format!("SA-{id}")));
    check.map(|check| &check.description).ok_or_else(|| {
        let ids: Vec<_> = catalogue().map(|check| check.description.id).collect();
        Failure::Usage(format!("there is no check {id:?}; there are {}", ids.join(", ")))
    })
}

fn about(description: &Description) -> String {
    let Description { id, title, explanation, remedy, standards, .. } = description;
    let mut text = format!("{id}: {title}\n\n{explanation}\n\nWhat to do where it fails:\n{remedy}\n\n");
    let steps: Vec<_> = description.needs.iter().map(|step| format!("[steps.{step}]")).collect();
    let asvs: Vec<_> = standards.asvs.iter().map(|id| (*id).to_owned()).collect();
    let wstg: Vec<_> = standards.wstg.iter().map(|id| format!("WSTG-{id}")).collect();
    let cwe: Vec<_> = standards.cwe.iter().map(|id| format!("CWE-{id}")).collect();
    let second = if description.needs_second_account { "two" } else { "one" };
    let changes =
        if description.is_destructive { "yes, and puts it back: --allow-destructive" } else { "nothing" };
    for (name, value) in [
        ("severity", format!("{} at most", description.severity)),
        ("ASVS 5.0", asvs.join(", ")),
        ("WSTG", wstg.join(", ")),
        ("weakness", cwe.join(", ")),
        ("profile", format!("{} and above", description.profile)),
        ("accounts", second.to_owned()),
        ("steps", steps.join(", ")),
        ("changes", changes.to_owned()),
        ("requests", format!("about {}", description.requests)),
    ] {
        if !value.is_empty() {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name:10}{value}");
        }
    }
    text
}
