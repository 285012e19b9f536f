//! The same work beside a thousand and a million live sessions.

mod accounts;
mod growth;
mod memory;
mod opening;
mod sweep;
mod verify;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use handstamp::{Builder, Sessions, SystemClock, store::EmbeddedStore};
use results::{Measured, Row, Unit, work};

pub use self::{memory::child as memory_child, opening::child as opening_child};
use crate::population::{self, EACH};

/// A near cache that holds a million.
const LARGE: usize = 2 << 30;
/// Beside a closed store: the tokens of its crowd.
const TOKENS: &str = "tokens";
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

    /// Lets go of the file, so that another process can have it.
    fn close(self) -> Result<Closed> {
        fs::write(self.folder.join(TOKENS), self.tokens.join("\n"))?;
        Ok(Closed { size: self.size, folder: self.folder })
    }

    /// Sets sessions up on it.
    fn sessions(&self) -> Builder {
        Sessions::builder(self.store.clone()).key_folder(&self.folder)
    }
}

/// A store that nobody has open, with the file of its tokens beside it.
struct Closed {
    size: usize,
    folder: PathBuf,
}

/// Prints the tables and notes the figures. Are all bounds kept?
pub async fn run(folder: &Path, options: &Options, measured: &mut Measured) -> Result<bool> {
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    let mut kept = true;
    let mut places = Vec::new();
    for &size in &options.sizes {
        places.push(Place::new(folder, size, options).await?);
    }
    if wanted(Part::Verify) {
        kept &= verify::run(&places, options.rounds, measured).await?;
    }
    if wanted(Part::Accounts) {
        eprintln!("list and end all");
        kept &= accounts::run(&places, options.rounds, measured).await?;
    }
    if wanted(Part::Sweep)
        && let Some(largest) = places.last()
    {
        eprintln!("sweep");
        sweep::idle(largest, measured).await?;
        kept &= sweep::run(folder, options.expired, measured).await?;
    }
    if wanted(Part::Opening) || wanted(Part::Memory) {
        let closed = places.into_iter().map(Place::close).collect::<Result<Vec<_>>>()?;
        if wanted(Part::Opening) {
            eprintln!("opening");
            kept &= opening::run(&closed, options.rounds, measured)?;
        }
        if wanted(Part::Memory) {
            kept &= memory::run(&closed, options.rounds, measured)?;
        }
    }
    Ok(kept)
}

/// A figure of this measurement.
fn noted(work: &str, setting: impl Into<String>, unit: Unit, rounds: Vec<f64>) -> Row {
    let (work, setting) = (work.to_owned(), setting.into());
    Row { side: work::HANDSTAMP.to_owned(), control: None, work, setting, unit, rounds }
}
