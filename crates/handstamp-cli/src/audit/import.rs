//! `handstamp audit import`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use handstamp_audit::{
    draft::DraftAccount,
    import::{Wanted, import},
    recipe::Secret,
};

use super::{Failure, files, init::refuse_to_replace};

const EXAMPLES: &str = "\
Examples:
  export ALICE_PASSWORD=...
  handstamp audit import shop.har --user alice@example.test --password-env ALICE_PASSWORD
  handstamp audit import shop.har --user alice --password-env A --marker 'Hello, Alice' --out shop.toml

Record in a browser's network tools, from before the login to after the logout, and export with sensitive data: browsers
leave cookies out otherwise. Sends nothing. Passwords and tokens of the archive are not copied; delete it afterwards and
never commit it.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportArguments {
    /// The HTTP archive.
    archive: PathBuf,
    /// Who signs in in it.
    #[arg(long)]
    user: String,
    /// The environment variable that holds the password. Where it is not set, the login is known by its fields' names.
    #[arg(long, value_name = "NAME", default_value = "AUDIT_PASSWORD")]
    password_env: String,
    /// Text that only this account's page shows; the user name where there is none.
    #[arg(long)]
    marker: Option<String>,
    /// Where the recipe goes.
    #[arg(long, value_name = "FILE", default_value = "recipe.toml")]
    out: PathBuf,
    /// Replace a recipe that is there.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &ImportArguments) -> Result<ExitCode, Failure> {
    refuse_to_replace(&arguments.out, arguments.force)?;
    let archive = files::read(&arguments.archive)?;
    let account = DraftAccount::new(&arguments.user, &arguments.password_env, arguments.marker.as_deref());
    let password = std::env::var(&arguments.password_env).ok().map(Secret::new);
    let imported = import(&archive, &Wanted::new(account, password))
        .map_err(|error| Failure::Usage(format!("{}: {error}", arguments.archive.display())))?;
    files::write_private(&arguments.out, &imported.draft.to_toml())?;
    for warning in &imported.warnings {
        eprintln!("warning: {warning}");
    }
    let none = "not found, to be added by hand";
    eprintln!("login: {}", imported.login);
    eprintln!("whoami: {}", imported.whoami.as_deref().unwrap_or(none));
    eprintln!("logout: {}", imported.logout.as_deref().unwrap_or(none));
    let out = arguments.out.display();
    eprintln!("wrote {out}; next: {}=... handstamp audit doctor {out}", arguments.password_env);
    Ok(ExitCode::SUCCESS)
}
