//! `handstamp audit`: tests the session management of an application from outside.
//!
//! Results go to standard output, everything else to standard error, so that each verb can stand in a pipe.

mod choices;
mod diff;
mod doctor;
mod explain;
mod failure;
mod files;
mod import;
mod init;
mod interrupt;
mod list_checks;
mod park;
mod plan;
mod printed;
mod progress;
mod recipe;
mod reports;
mod resume;
mod run;
mod tokens;

use std::process::ExitCode;

use clap::Subcommand;
use failure::Failure;

#[derive(Subcommand)]
#[command(after_help = EXIT_CODES)]
pub(crate) enum AuditCommand {
    /// Look at an application, and write the draft of a recipe for it.
    Init(Box<init::InitArguments>),
    /// Write the draft of a recipe from what a browser recorded.
    Import(import::ImportArguments),
    /// Say whether a recipe signs in, and whether its steps do what they say.
    Doctor(doctor::DoctorArguments),
    /// Test an application, and say what was found.
    Run(Box<run::RunArguments>),
    /// Sign sessions in and leave them, to be asked hours later whether they are over.
    Park(park::ParkArguments),
    /// Ask parked sessions whose time has come.
    Resume(resume::ResumeArguments),
    /// Say how good a list of tokens is, without any application.
    Tokens(tokens::TokensArguments),
    /// Say which checks would run, which would not, and what would change that.
    Plan(plan::PlanArguments),
    /// Explain a check: what it asks, why that matters, what to change.
    Explain(explain::ExplainArguments),
    /// Compare two JSON reports: what is new, worse, gone.
    Diff(diff::DiffArguments),
    /// List every check: what it asks, how much it matters, which requirements it answers.
    ListChecks(list_checks::ListChecksArguments),
}

/// What a verb ends with; `run` has the most of them.
const EXIT_CODES: &str = "\
Exit codes:
  0    no finding that counts (see --fail-on)
  1    findings
  2    the command line or the recipe is wrong
  3    the login does not work, or signed in cannot be told from not signed in
  4    the budget was used up before all was asked; with --strict: a question was asked and has no answer
  5    parked sessions have not reached their time yet
  6    the application cannot be reached, or the budget was used up before anything could be asked
  130  interrupted; the sessions that were made are ended";

pub(crate) async fn run(command: AuditCommand) -> ExitCode {
    let outcome = match &command {
        AuditCommand::Init(arguments) => init::run(arguments).await,
        AuditCommand::Import(arguments) => import::run(arguments),
        AuditCommand::Doctor(arguments) => doctor::run(arguments).await,
        AuditCommand::Run(arguments) => run::run(arguments).await,
        AuditCommand::Park(arguments) => park::run(arguments).await,
        AuditCommand::Resume(arguments) => resume::run(arguments).await,
        AuditCommand::Tokens(arguments) => tokens::run(arguments),
        AuditCommand::Plan(arguments) => plan::run(arguments),
        AuditCommand::Diff(arguments) => diff::run(arguments),
        AuditCommand::Explain(arguments) => explain::run(arguments),
        AuditCommand::ListChecks(arguments) => list_checks::run(arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            printed::say(&format!("handstamp audit: {failure}"));
            failure.exit_code()
        }
    }
}
