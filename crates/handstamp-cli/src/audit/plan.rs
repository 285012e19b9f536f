//! `handstamp audit plan`.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use handstamp_audit::{
    check::Reason,
    recipe::Recipe,
    run::{Planned, plan},
};

use super::{Failure, choices::ChoiceArguments, recipe};

const EXAMPLES: &str = "\
Examples:
  handstamp audit plan recipe.toml
  handstamp audit plan recipe.toml --profile deep --allow-destructive

Sends nothing, and needs no passwords.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PlanArguments {
    /// The recipe.
    recipe: PathBuf,
    #[command(flatten)]
    choices: ChoiceArguments,
}

pub(super) fn run(arguments: &PlanArguments) -> Result<ExitCode, Failure> {
    let choices = arguments.choices.choices()?;
    let recipe = recipe::read_without_secrets(&arguments.recipe)?;
    let planned = plan(&recipe, arguments.choices.options(), &choices);
    io::stdout().write_all(told(&recipe, &planned).as_bytes()).map_err(Failure::Output)?;
    Ok(ExitCode::SUCCESS)
}

fn told(recipe: &Recipe, planned: &[Planned]) -> String {
    let (asked, left_out): (Vec<&Planned>, Vec<&Planned>) =
        planned.iter().partition(|planned| planned.left_out.is_none());
    let requests: u32 = asked.iter().map(|planned| planned.check.description.requests).sum();
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = writeln!(text, "These {} checks run:", asked.len());
    for planned in &asked {
        let description = &planned.check.description;
        let mark = if description.is_destructive { "  changes something and puts it back" } else { "" };
        let _ = writeln!(text, "  {}  {}{mark}", description.id, description.title);
    }
    let mut by_reason: BTreeMap<Reason, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    for planned in left_out {
        if let Some(reason) = planned.left_out {
            let unlock = planned.unlocked_by(recipe).unwrap_or_default();
            by_reason
                .entry(reason)
                .or_default()
                .entry(unlock)
                .or_default()
                .push(planned.check.description.id);
        }
    }
    for (reason, unlocks) in by_reason {
        let _ = writeln!(text, "\nThese do not, because {}:", reason.says());
        for (unlock, ids) in unlocks {
            let _ = writeln!(text, "  {}\n    to run them: {unlock}", ids.join(", "));
        }
    }
    let limit = recipe.limits.requests;
    let _ =
        writeln!(text, "\nAbout {requests} requests without findings, of {limit} that the recipe allows.");
    text
}
