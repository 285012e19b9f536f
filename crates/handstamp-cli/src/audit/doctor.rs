//! `handstamp audit doctor`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Args;
use handstamp_audit::{
    audit::{Audit, Options},
    doctor::{Diagnosis, Side, State, Tried, examine},
    wire::Client,
};

use super::{
    Failure,
    explain::shown,
    interrupt::{INTERRUPTED, Interrupts},
    printed::plain,
    recipe,
    run::consent,
};

const EXAMPLES: &str = "\
Examples:
  handstamp audit doctor recipe.toml

Signs in, looks at whoami with the login and without, and plays the steps that leave nothing behind once: logout,
sessions_list and write. About 25 requests.

Exit codes:
  0    signed in can be told from not signed in, and every step that was tried does what it says
  2    the command line or the recipe is wrong, or a step does not do what it says
  3    the login does not work, or signed in cannot be told from not signed in
  6    the application cannot be reached
  130  interrupted; the sessions that were made are ended";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DoctorArguments {
    /// The recipe.
    recipe: PathBuf,
    /// You may test this application: ask hosts that are not this machine.
    #[arg(long)]
    i_am_authorised: bool,
}

pub(super) async fn run(arguments: &DoctorArguments) -> Result<ExitCode, Failure> {
    visit(&arguments.recipe, arguments.i_am_authorised).await
}

/// Examines the recipe of a file and says what was seen.
pub(super) async fn visit(path: &Path, is_authorised: bool) -> Result<ExitCode, Failure> {
    let recipe = recipe::read(path)?;
    let consent = consent(&recipe, is_authorised)?;
    let interrupts = Interrupts::new();
    let client = Client::new(&recipe.target, recipe.limits, consent, interrupts.clock())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let audit = Audit::new(Arc::clone(&recipe), client.clone(), Options::new())
        .ok_or_else(|| Failure::Usage(format!("{} is not http or https", recipe.target.base)))?;
    interrupts.stop(client);
    let diagnosis = examine(&audit, recipe).await;
    io::stdout().write_all(plain(&told(&diagnosis, path)).as_bytes()).map_err(Failure::Output)?;
    if interrupts.happened() {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(ExitCode::from(diagnosis.exit_code()))
}

fn told(diagnosis: &Diagnosis, path: &Path) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail, here and below.
    let _ = match diagnosis.closed {
        None => writeln!(text, "Signed in can be told from not signed in: {}.", diagnosis.headline),
        Some(_) => writeln!(text, "Signed in cannot be told from not signed in:\n  {}", diagnosis.headline),
    };
    for line in &diagnosis.asked {
        let _ = writeln!(text, "  {line}");
    }
    text += &side_by_side(&diagnosis.sides);
    for (number, set) in diagnosis.sets.iter().enumerate() {
        let begin = if number == 0 { "\nWhat signs in:" } else { "          or:" };
        let _ = writeln!(text, "{begin} {}", set.join(" and "));
    }
    if !diagnosis.others.is_empty() {
        let _ = writeln!(text, "Makes no difference: {}", diagnosis.others.join(", "));
    }
    text += &steps(&diagnosis.steps, path, diagnosis.closed.is_none());
    let (ended, left) = (diagnosis.cleaned_up.ended, diagnosis.cleaned_up.left);
    let _ = write!(text, "\n{} requests; {ended} sessions were made and ended", diagnosis.requests);
    if left > 0 {
        let _ = write!(
            text,
            ", {left} may live until they time out: [steps.logout] is what ends them, where it works"
        );
    }
    let path = path.display();
    let _ = match (diagnosis.exit_code(), diagnosis.closed) {
        (0, _) => writeln!(text, ".\nNext: handstamp audit run {path}"),
        (_, None) => {
            writeln!(text, ".\nMend the steps that fail, and ask again: handstamp audit doctor {path}")
        }
        _ => writeln!(text, ".\nNothing can be tested before this is mended: handstamp audit doctor {path}"),
    };
    text
}

/// Rows of what an answer looks like, a column for each side.
fn side_by_side(sides: &[Side]) -> String {
    let mut text = String::new();
    if sides.is_empty() {
        return text;
    }
    text.push('\n');
    for (name, value) in ROWS {
        let cells: Vec<String> = sides.iter().map(value).collect();
        let _ = writeln!(text, "  {name:10}{}", columns(&cells).trim_end());
    }
    text
}

/// A row's name, and what it says of a side.
type Row = (&'static str, fn(&Side) -> String);

const ROWS: [Row; 6] = [
    ("whoami", |side| side.who.clone()),
    ("status", |side| side.status.to_string()),
    ("leads to", |side| side.leads_to.clone().unwrap_or_else(|| "-".to_owned())),
    ("title", |side| side.title.clone().unwrap_or_else(|| "-".to_owned())),
    ("body", |side| format!("{} bytes", side.bytes)),
    ("shows", |side| match &side.around {
        Some(around) => format!("{}: {around}", side.shows.join(" and ")),
        None => "nobody's marker".to_owned(),
    }),
];

/// How wide a column is; what is longer moves the next one.
const WIDTH: usize = 44;

fn columns(cells: &[String]) -> String {
    cells.iter().fold(String::new(), |mut row, cell| {
        let _ = write!(row, "{cell:WIDTH$} ");
        row
    })
}

fn steps(steps: &[Tried], path: &Path, is_in_use: bool) -> String {
    let mut text = "\nSteps\n".to_owned();
    for Tried { step, line, state, .. } in steps {
        let place = format!("{}:{line}", path.display());
        let _ = match state {
            State::Works { note } => writeln!(text, "  works      {step:16} {note}"),
            State::Fails { why, advice, exchange } => {
                let said = writeln!(text, "  FAILS      {step:16} {place}: {why}\n    {advice}");
                if let Some(exchange) = exchange {
                    for line in shown(exchange).lines() {
                        let _ = writeln!(text, "    {line}");
                    }
                }
                said
            }
            State::NotTried if is_in_use => writeln!(text, "  not tried  {step:16} only a run plays it"),
            State::NotTried => writeln!(text, "  not tried  {step:16} the login has to work first"),
            State::Missing { checks } => {
                let plural = if *checks == 1 { "check needs" } else { "checks need" };
                writeln!(text, "  missing    {step:16} {checks} {plural} it; add [steps.{step}]")
            }
            _ => Ok(()),
        };
    }
    text
}
