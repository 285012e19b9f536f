//! Writes `docs/benchmarks.md` and its plots from what was measured.

mod budget;
mod notes;
mod page;
mod plot;
mod sections;
mod source;
mod text;

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use clap::Parser;

use self::{notes::Notes, source::Results};

#[derive(Parser)]
#[command(about = "Writes docs/benchmarks.md and its plots from what was measured")]
struct Arguments {
    /// The folder with the figures: in-process.json, loopback.json, scale.json, sign-ins.json
    #[arg(long)]
    results: PathBuf,
    /// The folder of the documentation
    #[arg(long)]
    docs: PathBuf,
}

fn main() -> Result<()> {
    let Arguments { results, docs } = Arguments::parse();
    let results = Results::read(&results)?;
    let plots = docs.join("benchmarks");
    fs::create_dir_all(&plots)?;
    let notes = Notes::read(&plots.join("notes.toml"), &budget::ids())?;
    let drawn = plot::all(&results);
    for plot in &drawn {
        let file = plots.join(plot.file);
        fs::write(&file, &plot.svg).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    let page = docs.join("benchmarks.md");
    fs::write(&page, page::whole(&results, &notes, &drawn))
        .with_context(|| format!("{} cannot be written", page.display()))?;
    for id in budget::without_note(&results, &notes) {
        eprintln!("benchmarks/notes.toml says nothing of {id:?}, which misses its goal");
    }
    Ok(())
}
