//! The same work beside a thousand and a million live sessions.

mod accounts;
mod memory;
mod opening;
mod sweep;
mod verify;

use std::path::{Path, PathBuf};

use anyhow::Result;
use handstamp::{Builder, Sessions, SystemClock, store::EmbeddedStore};

pub use self::{memory::child as memory_child, opening::child as opening_child};
use crate::population::{self, EACH};

/// What is spelled alike in every account of the crowd, and in those that are listed and ended.
const CROWD: &str = "account";

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// How many rounds; each measures every size
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Numbers of live sessions
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000])]
    sizes: Vec<usize>,
    /// How many sessions have run out when the sweep comes
    #[arg(long, default_value_t = 100_000)]
    expired: usize,
    /// The embedded store's page cache, in MiB
    #[arg(long, default_value_t = 64)]
    page_cache: usize,
    /// Measure only these
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Verify,
    Accounts,
    Memory,
    Opening,
    Sweep,
}

/// A store with so many live sessions.
struct Place {
    size: usize,
    folder: PathBuf,
    store: EmbeddedStore,
    tokens: Vec<String>,
}

impl Place {
    async fn new(parent: &Path, size: usize, options: &Options) -> Result<Self> {
        let folder = parent.join(size.to_string());
        let store = EmbeddedStore::options().cache_bytes(options.page_cache << 20).open(&folder)?;
        let tokens = population::fill(&store, &folder, CROWD, size / EACH, SystemClock::new()).await?;
        population::fill(&store, &folder, accounts::NAME, options.rounds + 1, SystemClock::new()).await?;
        Ok(Self { size, folder, store, tokens })
    }

    /// Sets sessions up on it.
    fn sessions(&self) -> Builder {
        Sessions::builder(self.store.clone()).key_folder(&self.folder)
    }
}

/// Prints the tables. Are all bounds kept?
pub async fn run(folder: &Path, options: &Options) -> Result<bool> {
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    let mut kept = true;
    let mut places = Vec::new();
    for &size in &options.sizes {
        places.push(Place::new(folder, size, options).await?);
    }
    if wanted(Part::Verify) {
        kept &= verify::run(&places, options.rounds).await?;
    }
    if wanted(Part::Accounts) {
        kept &= accounts::run(&places, options.rounds).await?;
    }
    if wanted(Part::Sweep)
        && let Some(largest) = places.last()
    {
        sweep::idle(largest).await?;
    }
    if wanted(Part::Memory) {
        kept &= memory::run(folder).await?;
    }
    if wanted(Part::Sweep) {
        kept &= sweep::run(folder, options.expired).await?;
    }
    if wanted(Part::Opening)
        && let Some(largest) = places.pop()
    {
        drop(places);
        kept &= opening::run(largest, options.rounds)?;
    }
    Ok(kept)
}
