//! `handstamp audit init`.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use super::{Failure, doctor, files, printed::say, run::not_authorised};
use clap::Args;
use handstamp_audit::{
    clock::MachineClock,
    draft::{Draft, DraftAccount, ExploreError, Explorer, Found, FoundLogin, Known},
    recipe::MachineEnvironment,
    wire::{Consent, SendError, is_loopback},
};

const EXAMPLES: &str = "\
Examples:
  export ALICE_PASSWORD=...
  handstamp audit init http://localhost:8080 --user alice@example.test --password-env ALICE_PASSWORD
  handstamp audit init http://localhost:8080 --user alice --password-env A --marker 'Hello, Alice' \\
      --second-user bob --second-password-env B --second-marker 'Hello, Bob' --out shop.toml

Looks for the login form, signs in where the password is in the environment, looks for a page that shows the marker with
the login and never without, and for the way out; writes a recipe with comments, and examines it. On a terminal it asks
for what is not given. Passwords are never written.

Exit codes: as of `handstamp audit doctor`; 0 where no password was there to try it with.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InitArguments {
    /// Where the application is, such as <http://localhost:8080>.
    url: String,
    /// Where the recipe goes.
    #[arg(long, value_name = "FILE", default_value = "recipe.toml")]
    out: PathBuf,
    /// Replace a recipe that is there.
    #[arg(long)]
    force: bool,
    /// Who signs in.
    #[arg(long)]
    user: Option<String>,
    /// The environment variable that holds the password.
    #[arg(long, value_name = "NAME", default_value = "AUDIT_PASSWORD")]
    password_env: String,
    /// Text that only this account's page shows; the user name where there is none.
    #[arg(long)]
    marker: Option<String>,
    /// Somebody else, for checks on what one person can do to another.
    #[arg(long)]
    second_user: Option<String>,
    /// The environment variable that holds that one's password.
    #[arg(long, value_name = "NAME", default_value = "AUDIT_SECOND_PASSWORD")]
    second_password_env: String,
    /// Text that only that account's page shows.
    #[arg(long)]
    second_marker: Option<String>,
    /// The page that shows who is signed in, where it is not found.
    #[arg(long, value_name = "PATH")]
    whoami: Option<String>,
    /// Where signing out is, where it is not found.
    #[arg(long, value_name = "PATH")]
    logout: Option<String>,
    /// You may test this application: ask hosts that are not this machine.
    #[arg(long)]
    i_am_authorised: bool,
}

pub(super) async fn run(arguments: &InitArguments) -> Result<ExitCode, Failure> {
    refuse_to_replace(&arguments.out, arguments.force)?;
    let consent = if arguments.i_am_authorised { Consent::Authorised } else { Consent::LoopbackOnly };
    let explorer = Explorer::new(&arguments.url, consent, Arc::new(MachineClock::new()))
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let host = explorer.host();
    if consent == Consent::LoopbackOnly && !is_loopback(host) {
        return Err(not_authorised(host));
    }
    let login = match explorer.find_login().await {
        Ok(login) => login,
        Err(error) => return failed(&error),
    };
    say_login(login.as_ref());
    let is_found = login.is_some();
    let mut draft = accounts(arguments)?
        .into_iter()
        .fold(Draft::new(&arguments.url), Draft::account)
        .login(login)
        .shows_who(arguments.whoami.as_deref());
    let variables = [
        Some(&arguments.password_env),
        arguments.second_user.as_ref().map(|_| &arguments.second_password_env),
    ];
    let missing: Vec<_> =
        variables.into_iter().flatten().filter(|name| std::env::var_os(name.as_str()).is_none()).collect();
    if is_found && missing.is_empty() {
        let known = Known::new(arguments.whoami.clone(), arguments.logout.clone());
        match explorer.explore(&mut draft, &known, &MachineEnvironment::new()).await {
            Ok(found) => say_found(&found),
            Err(error @ (ExploreError::Send(_) | ExploreError::Draft(_))) => say(&error.to_string()),
            Err(error) => return failed(&error),
        }
    }
    files::write_private(&arguments.out, &draft.to_toml())?;
    let out = arguments.out.display();
    eprintln!("wrote {out} after {} requests", explorer.requests());
    if !is_found {
        eprintln!("next: say in {out} how login works, then: handstamp audit doctor {out}");
        return Ok(ExitCode::from(3));
    }
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|name| format!("{name}=...")).collect();
        eprintln!("next: set {} and run it again to try the login: {}", names.join(" "), again());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!();
    doctor::visit(&arguments.out, arguments.i_am_authorised).await
}

/// The command that was typed, which may now replace what it wrote.
fn again() -> String {
    let is_plain =
        |word: &str| word.chars().all(|one| one.is_ascii_alphanumeric() || "-_./:@=".contains(one));
    let quoted = |word: String| {
        if is_plain(&word) && !word.is_empty() { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
    };
    let mut words: Vec<_> =
        std::env::args_os().skip(1).map(|word| quoted(word.to_string_lossy().into_owned())).collect();
    if !words.iter().any(|word| word == "--force") {
        words.push("--force".to_owned());
    }
    format!("handstamp {}", words.join(" "))
}

/// A recipe took work.
pub(super) fn refuse_to_replace(path: &Path, force: bool) -> Result<(), Failure> {
    if path.exists() && !force {
        return Err(Failure::Usage(format!("{} is there already; --force replaces it", path.display())));
    }
    Ok(())
}

fn failed(error: &ExploreError) -> Result<ExitCode, Failure> {
    if let ExploreError::Send(error) = error {
        say(&format!("handstamp audit: {error}"));
        let is_refused = matches!(error, SendError::NotAuthorised { .. });
        return Ok(ExitCode::from(if is_refused { 2 } else { 6 }));
    }
    Err(Failure::Usage(error.to_string()))
}

fn accounts(arguments: &InitArguments) -> Result<Vec<DraftAccount>, Failure> {
    let user = given_or_asked(arguments.user.as_deref(), "Who signs in (user name or address)?")?;
    let marker = match (&arguments.marker, &arguments.user) {
        (Some(marker), _) => Some(marker.clone()),
        // Whoever gave the name on the command line is not to be asked.
        (None, Some(_)) => None,
        (None, None) => asked("Text that only this account's page shows (empty: the user name)?")?,
    };
    let user = user.unwrap_or_else(|| "alice@example.test".to_owned());
    let mut all = vec![DraftAccount::new(&user, &arguments.password_env, marker.as_deref())];
    if let Some(second) = &arguments.second_user {
        let marker = arguments.second_marker.as_deref();
        all.push(DraftAccount::new(second, &arguments.second_password_env, marker));
    }
    Ok(all)
}

fn given_or_asked(given: Option<&str>, question: &str) -> Result<Option<String>, Failure> {
    match given {
        Some(given) => Ok(Some(given.to_owned())),
        None => asked(question),
    }
}

/// An answer from a terminal; `None` where there is none, or nothing is typed.
fn asked(question: &str) -> Result<Option<String>, Failure> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(None);
    }
    let failed = |error| Failure::File { place: "standard input".to_owned(), error };
    eprint!("{question} ");
    io::stderr().flush().map_err(failed)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(failed)?;
    Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
}

fn say_login(login: Option<&FoundLogin>) {
    match login {
        Some(login) => {
            let fields = login.fields.join(", ");
            say(&format!("login: {} has a form; it sends {} with {fields}", login.page, login.sends));
        }
        None => say("login: no form with a password was found, here or where they usually are"),
    }
}

fn say_found(found: &Found) {
    if let Some(why) = &found.login_failed {
        say(&format!("signing in failed: {why}"));
        return;
    }
    match &found.whoami {
        Some(path) => say(&format!("whoami: {path} shows the marker with the login, and never without")),
        None => say(
            "whoami: no page shows the marker with the login and never without; see --marker and --whoami",
        ),
    }
    match &found.logout {
        Some(request) => say(&format!("logout: {request}")),
        None => say("logout: no form and no link was found; see --logout"),
    }
    if let Some(request) = &found.change_password {
        say(&format!("change_password: {request}, not tried"));
    }
}
