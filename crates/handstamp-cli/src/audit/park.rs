//! `handstamp audit park`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Args;
use handstamp_audit::{
    audit::{Audit, Options},
    parked::{SCHEDULE, park},
    recipe::read_duration,
    wire::Client,
};

use super::{Failure, files, interrupt::Interrupts, recipe, resume::told, run::consent};

const EXAMPLES: &str = "\
Examples:
  handstamp audit park recipe.toml --state parked.json
  handstamp audit park recipe.toml --state parked.json --at 10m,20m,30m,40m

Where nothing moves the application's clock, its idle timeout is measured by sessions that nobody uses: each is asked
once, at a time of its own, by `handstamp audit resume`, which a nightly job can do. By default 14 sessions wait from
a minute to a day. The state file holds live tokens: only its owner can read it.

Exit codes: 5, since the sessions wait now; 2, 3 and 6 as of `handstamp audit doctor`.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ParkArguments {
    /// The recipe.
    recipe: PathBuf,
    /// Where the sessions are written down; a file that is there is not replaced.
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// How long sessions wait, one each, such as 10m,1h.
    #[arg(long, value_name = "DURATION", value_delimiter = ',', value_parser = duration)]
    at: Vec<Duration>,
    /// You may test this application: ask hosts that are not this machine.
    #[arg(long)]
    i_am_authorised: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    read_duration(text).ok_or_else(|| "a duration has a number and a unit, such as 10m or 1h30m".to_owned())
}

pub(super) async fn run(arguments: &ParkArguments) -> Result<ExitCode, Failure> {
    files::check_place(&arguments.state)?;
    if arguments.state.exists() {
        let place = arguments.state.display();
        return Err(Failure::Usage(format!(
            "{place} is there already, and may hold sessions that wait: ask them with handstamp audit resume {place}, or \
             choose another file"
        )));
    }
    let recipe = recipe::read(&arguments.recipe)?;
    let consent = consent(&recipe, arguments.i_am_authorised)?;
    let interrupts = Interrupts::new();
    let client = Client::new(&recipe.target, recipe.limits, consent, interrupts.clock())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let audit = Audit::new(Arc::clone(&recipe), client.clone(), Options::new())
        .ok_or_else(|| Failure::Usage(format!("{} is not http or https", recipe.target.base)))?;
    interrupts.stop(client);
    let mut schedule = if arguments.at.is_empty() { SCHEDULE.to_vec() } else { arguments.at.clone() };
    schedule.sort_unstable();
    schedule.dedup();
    let parked = match park(&audit, &schedule).await {
        Ok(parked) => parked,
        Err(halt) => {
            audit.client().begin_clean_up();
            audit.clean_up().await;
            return Err(Failure::Halted(halt.into_outcome()));
        }
    };
    let text = parked.written().map_err(|error| Failure::Usage(error.to_string()))?;
    files::write_private(&arguments.state, &text)?;
    let mut said = told(&parked, &parked.conclude(&recipe.policy));
    if parked.sessions().len() < schedule.len() {
        said.push_str("The application keeps fewer sessions of one account than were asked for.\n");
    }
    let _ = writeln!(said, "Ask them with: handstamp audit resume {}", arguments.state.display());
    io::stdout().write_all(said.as_bytes()).map_err(Failure::Output)?;
    Ok(ExitCode::from(5))
}
