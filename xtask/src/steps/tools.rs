//! Is everything there that the chosen steps start? Nothing is ever skipped in silence.

use anyhow::Result;

use super::Context;
use crate::tools;

/// Names what is missing with the commands that bring it, or runs those commands.
pub(super) fn run(context: &Context<'_>) -> Result<()> {
    tools::provide(&context.needed, context.install, "cargo xtask test")
}
