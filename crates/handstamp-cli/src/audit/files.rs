//! Files that only their owner reads, whole or not at all: a report says how to break into an application.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::Failure;

/// Writes a file beside its place and puts it there when it is whole.
pub(super) fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let beside = beside(path);
    let written = create(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // What is left of it is worth nothing.
        let _ = fs::remove_file(&beside);
        Failure::File { place: path.display().to_string(), error }
    })
}

/// Whether a file could be put there, before a run takes minutes and its result has no place.
pub(super) fn check_place(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() || !folder.is_dir() {
        let why = if path.is_dir() { "is a folder" } else { "lies in a folder that does not exist" };
        return Err(Failure::Usage(format!("--report: {} {why}", path.display())));
    }
    Ok(())
}

/// The largest file that is read whole.
const MOST_BYTES: u64 = 64 << 20;

/// The text of a file, which may be one that somebody else names and that never ends.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    read_bounded(path).map_err(|error| Failure::File { place: path.display().to_string(), error })
}

fn read_bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it has more than 64 MiB"));
    }
    Ok(text)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_open_to_all_is_replaced_by_one_that_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "old").unwrap();
        write_private(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_place_that_is_none_is_said_before_the_run() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_place(&folder.path().join("report.html")).is_ok());
        assert!(check_place(folder.path()).is_err());
        assert!(check_place(&folder.path().join("missing/report.html")).is_err());
    }
}
