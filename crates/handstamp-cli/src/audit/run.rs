//! `handstamp audit run`.

use std::{
    io::{self, IsTerminal, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Args, ValueEnum};
use handstamp_audit::{
    audit::Audit,
    recipe::{Recipe, read_duration},
    report::{Colours, Conclusion, Difference, FailOn, Report},
    wire::{Client, Consent},
};

use super::{
    EXIT_CODES, Failure,
    choices::ChoiceArguments,
    files,
    interrupt::{INTERRUPTED, Interrupts},
    printed::say,
    progress::Progress,
    recipe,
    reports::{ReportFile, read_report},
};

const EXAMPLES: &str = "\
Examples:
  handstamp audit run recipe.toml
  handstamp audit run recipe.toml --profile quick --only END,FIX
  handstamp audit run recipe.toml --allow-destructive --report html=audit.html,json=audit.json
  handstamp audit run recipe.toml --baseline last.json --report sarif=audit.sarif,junit=audit.xml

The report goes to standard output, progress to standard error. Report files are read by their owner only.
Without --i-am-authorised nothing but this machine is asked.";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct RunArguments {
    /// The recipe.
    recipe: PathBuf,
    #[command(flatten)]
    choices: ChoiceArguments,
    /// The most time that it may take, such as 90s or 10m, in the place of the recipe's limits.time.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    budget: Option<Duration>,
    /// Which findings count for the exit code.
    #[arg(long, value_enum, default_value_t = Threshold::Low)]
    fail_on: Threshold,
    /// Take a question that was asked and has no answer for a reason to stop.
    #[arg(long)]
    strict: bool,
    /// Count only findings that this earlier JSON report lacks, or has as milder ones.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Where every choice that looks random begins, so that a run can be repeated.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// You may test this application: ask hosts that are not this machine.
    #[arg(long)]
    i_am_authorised: bool,
    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Args)]
struct OutputArguments {
    /// Write report files: html=FILE, json=FILE, sarif=FILE, junit=FILE.
    #[arg(long = "report", value_name = "FORMAT=FILE", value_delimiter = ',')]
    reports: Vec<ReportFile>,
    /// Print the JSON report instead of the one for people.
    #[arg(long)]
    json: bool,
    /// Words alone; the environment variable `NO_COLOR` does the same.
    #[arg(long)]
    no_color: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Threshold {
    /// Failures of high severity.
    High,
    /// Failures of medium severity and above.
    Medium,
    /// Failures of low severity and above.
    Low,
    /// Failures of low severity and above, and every warning.
    Warn,
}

impl From<Threshold> for FailOn {
    fn from(threshold: Threshold) -> Self {
        match threshold {
            Threshold::High => Self::High,
            Threshold::Medium => Self::Medium,
            Threshold::Low => Self::Low,
            Threshold::Warn => Self::Warn,
        }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    read_duration(text)
        .ok_or_else(|| "a duration has a number and a unit, such as 90s, 10m or 1h30m".to_owned())
}

pub(super) async fn run(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    let choices = arguments.choices.choices()?;
    for file in &arguments.output.reports {
        files::check_place(&file.path)?;
    }
    let baseline = arguments.baseline.as_deref().map(read_report).transpose()?;
    let recipe = recipe::read(&arguments.recipe)?;
    let consent = consent(&recipe, arguments.i_am_authorised)?;
    let mut limits = recipe.limits;
    limits.time = arguments.budget.unwrap_or(limits.time);
    let interrupts = Interrupts::new();
    let client = Client::new(&recipe.target, limits, consent, interrupts.clock())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let options = arguments.choices.options().seed(arguments.seed);
    let audit = Audit::new(Arc::clone(&recipe), client.clone(), options)
        .ok_or_else(|| Failure::Usage(format!("{} is not http or https", recipe.target.base)))?;
    interrupts.stop(client.clone());
    let mut progress = Progress::of(&client);
    let run = handstamp_audit::run::run(&audit, recipe, &choices, &mut progress).await;
    drop(progress);
    let report = Report::of(&run);
    for file in &arguments.output.reports {
        files::write_private(&file.path, &file.written(&report, arguments.strict)?)?;
    }
    let text = if arguments.output.json {
        report.to_json()
    } else {
        report.to_terminal(colours(arguments.output.no_color))
    };
    io::stdout().write_all(text.as_bytes()).map_err(Failure::Output)?;
    if interrupts.happened() {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let conclusion = report.conclude(arguments.fail_on.into(), arguments.strict, baseline.as_ref());
    if let (Some(baseline), Some(path)) = (&baseline, &arguments.baseline) {
        let difference = Difference::between(baseline, &report);
        let new = difference.appeared.len() + difference.worse.len();
        say(&format!(
            "baseline {}: {new} new or worse, {} as before, {} gone or milder; exit code {}",
            path.display(),
            difference.same.len(),
            difference.gone.len() + difference.milder.len(),
            conclusion.exit_code()
        ));
    }
    if conclusion == Conclusion::Unanswered {
        say(
            "some questions have no answer, and the exit code says so: the report has the reasons; --budget and limits in \
             the recipe allow more",
        );
    }
    Ok(ExitCode::from(conclusion.exit_code()))
}

/// Testing somebody else's application is a crime in most places, so it takes a word of its own. Names are looked up
/// again when a connection is opened: one that points elsewhere then is refused there.
pub(super) fn consent(recipe: &Recipe, is_authorised: bool) -> Result<Consent, Failure> {
    if is_authorised {
        return Ok(Consent::Authorised);
    }
    let host = recipe.target.base.host_str().unwrap_or_default();
    if handstamp_audit::wire::is_loopback(host) {
        return Ok(Consent::LoopbackOnly);
    }
    Err(not_authorised(host))
}

pub(super) fn not_authorised(host: &str) -> Failure {
    Failure::Usage(format!(
        "{host} is not this machine: say with --i-am-authorised that you may test it, or test a copy on localhost"
    ))
}

fn colours(no_color: bool) -> Colours {
    let is_unwanted = no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if is_unwanted || !io::stdout().is_terminal() { Colours::Never } else { Colours::Always }
}
