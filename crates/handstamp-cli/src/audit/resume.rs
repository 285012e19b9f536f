//! `handstamp audit resume`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use clap::Args;
use handstamp_audit::{
    audit::{Audit, Options},
    check::{Outcome, Reason, Verdict},
    parked::{Parked, ask_due, release},
    wire::Client,
};
use serde_json::json;

use super::{Failure, files, interrupt::Interrupts, recipe, run::consent};

const EXAMPLES: &str = "\
Examples:
  handstamp audit resume parked.json
  handstamp audit resume parked.json --json

Asks each session of `handstamp audit park` whose time has come, once. As soon as the answer is known, the sessions
that are left are signed out and the state file can be deleted.

Exit codes:
  0    the idle timeout is known, and fits what the recipe declares
  1    a finding: sessions live longer, or shorter, than declared
  2    the command line, the state file or the recipe is wrong
  3    whoami no longer tells signed in from not signed in
  4    no end was seen, or something else ends sessions here
  5    sessions still wait
  6    the application cannot be reached";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ResumeArguments {
    /// The state file that `handstamp audit park` wrote.
    state: PathBuf,
    /// The recipe, where it has moved since.
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Print what is known as JSON.
    #[arg(long)]
    json: bool,
    /// You may test this application: ask hosts that are not this machine.
    #[arg(long)]
    i_am_authorised: bool,
}

pub(super) async fn run(arguments: &ResumeArguments) -> Result<ExitCode, Failure> {
    let usage =
        |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", arguments.state.display()));
    let mut parked = Parked::read(&files::read(&arguments.state)?).map_err(|error| usage(&error))?;
    let path = arguments.recipe.clone().unwrap_or_else(|| PathBuf::from(parked.recipe_path()));
    let recipe = recipe::read(&path)?;
    parked.check_recipe(&recipe).map_err(|error| usage(&error))?;
    let consent = consent(&recipe, arguments.i_am_authorised)?;
    let interrupts = Interrupts::new();
    let client = Client::new(&recipe.target, recipe.limits, consent, interrupts.clock())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let audit = Audit::new(Arc::clone(&recipe), client.clone(), Options::new())
        .ok_or_else(|| Failure::Usage(format!("{} is not http or https", recipe.target.base)))?;
    interrupts.stop(client);
    let asked = ask_due(&audit, &mut parked).await;
    audit.client().begin_clean_up();
    if let Err(halt) = asked {
        audit.clean_up().await;
        return Err(Failure::Halted(halt.into_outcome()));
    }
    // What was asked must not be asked again, whatever becomes of the rest.
    files::write_private(&arguments.state, &parked.written().map_err(|error| usage(&error))?)?;
    let outcome = parked.conclude(&recipe.policy);
    let waits = outcome.verdict.reason() == Some(Reason::Pending);
    let released = if waits { audit.clean_up().await } else { release(&audit, &parked).await };
    let text = if arguments.json { as_json(&parked, &outcome) } else { told(&parked, &outcome) };
    io::stdout().write_all(text.as_bytes()).map_err(Failure::Output)?;
    if !waits {
        let place = arguments.state.display();
        eprintln!(
            "{} sessions ended, {} may still live; {place} can be deleted",
            released.ended, released.left
        );
    }
    Ok(ExitCode::from(match outcome.verdict {
        _ if waits => 5,
        Verdict::Fail { .. } | Verdict::Warn { .. } => 1,
        Verdict::Inconclusive { .. } => 4,
        _ => 0,
    }))
}

/// Each session on a line, and what is known.
pub(super) fn told(parked: &Parked, outcome: &Outcome) -> String {
    let mut text = "Parked sessions\n".to_owned();
    for session in parked.sessions() {
        let minutes = |seconds: u64| format!("{} min {} s", seconds / 60, seconds % 60);
        let after = minutes(session.after().as_secs());
        let _ = match session.asked() {
            Some(asked) => {
                let state = if asked.is_alive { "signed in" } else { "over" };
                writeln!(text, "  {after:14} {state} after {} without use", minutes(asked.waited))
            }
            None => writeln!(text, "  {after:14} waits"),
        };
    }
    let _ = writeln!(text, "\nSA-TMO-01 {}: {}", outcome.verdict, outcome.headline);
    text
}

fn as_json(parked: &Parked, outcome: &Outcome) -> String {
    let sessions: Vec<_> = parked
        .sessions()
        .iter()
        .map(|session| json!({ "after_seconds": session.after().as_secs(), "asked": session.asked() }))
        .collect();
    let verdict = outcome.verdict.to_string();
    let known = json!({ "check": "SA-TMO-01", "verdict": verdict, "headline": outcome.headline, "sessions": sessions });
    format!("{known:#}\n")
}
