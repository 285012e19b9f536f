//! Is everything there that the chosen steps start? Nothing is ever skipped in silence.

use anyhow::{Result, bail};

use super::Context;
use crate::tools;

/// Names what is missing with the commands that bring it, or runs those commands.
pub(super) fn run(context: &Context<'_>) -> Result<()> {
    let missing = tools::absent(&context.needed);
    if missing.is_empty() {
        println!("all there: {}", tools::names(&context.needed));
        return Ok(());
    }
    if context.install {
        tools::install(&missing)?;
        let still = tools::absent(&context.needed);
        if !still.is_empty() {
            bail!("installed, but these still do not start: {}", tools::names(&still));
        }
        return Ok(());
    }
    for tool in &missing {
        println!("missing: {}", tool.name());
    }
    println!("to install, as root:");
    for command in tools::install_commands(&missing) {
        println!("    {command}");
    }
    bail!("missing {}; `cargo xtask test --install` installs it", tools::names(&missing))
}
