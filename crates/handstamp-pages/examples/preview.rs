//! Writes every page with sample data into a folder, to be looked at:
//! `cargo run -p handstamp-pages --example preview -- FOLDER`

use std::{error::Error, fs, path::Path};

use handstamp_pages::{assets, maud::Markup};

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write into")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in assets() {
        fs::write(folder.join(asset.path().trim_start_matches('/')), asset.body())?;
    }
    for (name, page) in samples::pages() {
        write(folder, &name, &page)?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, page: &Markup) -> std::io::Result<()> {
    // Opened from the disk, so that the assets lie beside the page.
    let page = page.0.replace("\"/assets/", "\"assets/");
    fs::write(folder.join(name).with_extension("html"), page)
}
