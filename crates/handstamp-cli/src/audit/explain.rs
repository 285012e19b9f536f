//! `handstamp audit explain`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use handstamp_audit::{
    check::Description,
    checks::{catalogue, find},
    report::{BodyText, CheckEntry, ExchangeEntry, Report},
};

use super::{Failure, reports::read_report};

const EXAMPLES: &str = "\
Examples:
  handstamp audit explain SA-END-01
  handstamp audit explain SA-END-01 --report audit.json";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainArguments {
    /// The check, such as SA-END-01 or end-01.
    id: String,
    /// A JSON report: what the check came to there, every exchange that shows it, and how to repeat it.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(super) fn run(arguments: &ExplainArguments) -> Result<ExitCode, Failure> {
    let description = described(&arguments.id)?;
    let mut text = about(description);
    if let Some(path) = &arguments.report {
        let report = read_report(path)?;
        let check = report.checks.iter().find(|check| check.id == description.id).ok_or_else(|| {
            Failure::Usage(format!("{}: this report has no {}", path.display(), description.id))
        })?;
        text += &seen(&report, check);
    }
    io::stdout().write_all(text.as_bytes()).map_err(Failure::Output)?;
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

/// What a check came to in a report.
fn seen(report: &Report, check: &CheckEntry) -> String {
    let severity = check.verdict.severity().map_or_else(String::new, |severity| format!(" ({severity})"));
    let reason = check.verdict.reason().map_or_else(String::new, |reason| format!(" ({})", reason.says()));
    let mut text = format!("\nIn the run of {}: {}{severity}{reason}\n", report.began, check.verdict);
    // Writing to a text cannot fail, here and below.
    let _ = writeln!(text, "{}", check.headline);
    for fact in &check.facts {
        let _ = writeln!(text, "  {}: {}", fact.name, fact.value);
    }
    for exchange in check.evidence.iter().filter_map(|id| report.exchange(*id)) {
        text += &shown(exchange);
    }
    if check.evidence_left_out > 0 {
        let _ = writeln!(text, "\n{} exchanges more, in the middle, are left out.", check.evidence_left_out);
    }
    text
}

/// An exchange with the command that repeats it.
pub(super) fn shown(exchange: &ExchangeEntry) -> String {
    let ExchangeEntry { id, purpose, request, response, .. } = exchange;
    let mut text = format!("\n#{id} {purpose}\n> {} {}\n", request.method, request.target);
    for (name, value) in &request.headers {
        let _ = writeln!(text, "> {name}: {value}");
    }
    body(">", &request.body, &mut text);
    let _ = writeln!(text, "< {}", response.status);
    for (name, value) in &response.headers {
        let _ = writeln!(text, "< {name}: {value}");
    }
    body("<", &response.body, &mut text);
    let (curl, variables) = exchange.to_curl();
    let _ = writeln!(text, "{curl}");
    for (name, mask) in variables {
        let _ = writeln!(text, "# {name} is {mask}");
    }
    text
}

fn body(mark: &str, body: &BodyText, text: &mut String) {
    for line in body.text.lines() {
        let _ = writeln!(text, "{mark} {line}");
    }
    if body.is_cut {
        let _ = writeln!(text, "{mark} (the rest of {} bytes is left out)", body.bytes);
    }
}
