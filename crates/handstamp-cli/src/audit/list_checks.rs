//! `handstamp audit list-checks`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Args;
use handstamp_audit::{
    check::{Description, Group, Profile, Severity, Standards},
    checks::catalogue,
};
use serde::Serialize;

use super::Failure;

const EXAMPLES: &str = "\
Examples:
  handstamp audit list-checks
  handstamp audit list-checks --json | jq '.[] | select(.asvs | index(\"7.4.1\")) | .id'

The profile is the smallest one that has the check. `!` changes something and puts it back; `2` needs a second account.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListChecksArguments {
    /// As JSON, for a program.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Listed {
    id: &'static str,
    group: &'static str,
    title: &'static str,
    explanation: &'static str,
    remedy: &'static str,
    severity: Severity,
    profile: Profile,
    steps: Vec<&'static str>,
    destructive: bool,
    second_account: bool,
    requests: u32,
    #[serde(flatten)]
    standards: Standards,
}

pub(super) fn run(arguments: &ListChecksArguments) -> Result<ExitCode, Failure> {
    let text = if arguments.json { json()? } else { table() };
    io::stdout().write_all(text.as_bytes()).map_err(Failure::Output)?;
    Ok(ExitCode::SUCCESS)
}

fn json() -> Result<String, Failure> {
    let listed: Vec<_> = catalogue().map(|check| listed(&check.description)).collect();
    let text = serde_json::to_string_pretty(&listed).map_err(|error| Failure::Output(error.into()))?;
    Ok(text + "\n")
}

fn listed(description: &Description) -> Listed {
    Listed {
        id: description.id,
        group: description.group.code(),
        title: description.title,
        explanation: description.explanation,
        remedy: description.remedy,
        severity: description.severity,
        profile: description.profile,
        steps: description.needs.iter().map(|step| step.word()).collect(),
        destructive: description.is_destructive,
        second_account: description.needs_second_account,
        requests: description.requests,
        standards: description.standards,
    }
}

fn table() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let mut checks =
            catalogue().map(|check| &check.description).filter(|check| check.group == *group).peekable();
        if checks.peek().is_none() {
            continue;
        }
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{} ({})", group.title(), group.code());
        for check in checks {
            let marks = [(check.is_destructive, '!'), (check.needs_second_account, '2')];
            let marks: String = marks.iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| mark).collect();
            let line = format!(
                "  {}  {:11}  {:8}  {marks:2}  {}  {}",
                check.id,
                check.severity,
                check.profile,
                check.title,
                requirements(&check.standards)
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{} checks", catalogue().count());
    text
}

fn requirements(standards: &Standards) -> String {
    let asvs = standards.asvs.iter().map(|id| format!("ASVS {id}"));
    let wstg = standards.wstg.iter().map(|id| (*id).to_owned());
    let cwe = standards.cwe.iter().map(|id| format!("CWE-{id}"));
    asvs.chain(wstg).chain(cwe).collect::<Vec<_>>().join(" ")
}
