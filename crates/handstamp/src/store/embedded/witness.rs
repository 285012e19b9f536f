//! A small file beside the store that remembers how far it had come.
//!
//! A backup that is put back is a store like any other: nothing in it says that sessions were ended
//! since. The witness does. It names the file (by its inode) and counts its log entries; a store that has
//! come less far than its witness, or another file, has been restored. It also says who holds the
//! store, for whoever finds it locked. It knows its own time of change, so that a folder over which a
//! backup was copied, witness and all, is told as well, unless the copy kept the times.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::store::Incarnation;

const NAME: &str = "witness.json";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Witness {
    /// Of the store, as base64url.
    pub(super) incarnation: String,
    /// How many log entries the store had ever written; it may have written more since.
    pub(super) written: u64,
    /// The file's inode; 0 where there is no such thing.
    pub(super) inode: u64,
    /// Who has it open, or had it last.
    pub(super) holder: Holder,
    /// When this was written, in seconds since 1970: the time that the witness's own file has. None where
    /// a file cannot be given a time.
    #[serde(default)]
    written_at: Option<u64>,
    /// Has its file another time?
    #[serde(skip)]
    copied: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) process: u32,
    pub(super) program: String,
}

impl Holder {
    pub(super) fn this() -> Self {
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy());
        Self { process: std::process::id(), program: program.unwrap_or_default().into_owned() }
    }
}

/// What the witness says of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Testimony {
    /// It is the one, and nothing is missing.
    Same,
    /// It is a copy, or an older state of it.
    Restored(&'static str),
}

impl Witness {
    pub(super) fn new(incarnation: Incarnation, written: u64, inode: u64) -> Self {
        let incarnation = format!("{incarnation:?}");
        Self { incarnation, written, inode, holder: Holder::this(), written_at: None, copied: false }
    }

    /// Reads the witness of a folder. One that cannot be read is as good as none.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let path = path(folder);
        let mut witness: Self = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        let time = fs::metadata(path).and_then(|file| file.modified()).ok()?;
        witness.copied = witness.written_at.is_some_and(|seconds| at(seconds) != Some(time));
        Some(witness)
    }

    /// Puts it in its place in one step, on disk: a witness that is behind accuses nobody, but one that a
    /// power loss has emptied, or never let appear, would end every session.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let new = folder.join("witness.new");
        let mut file = private_file(&new)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        for written_at in [Some(now), None] {
            file.rewind()?;
            file.set_len(0)?;
            serde_json::to_writer_pretty(&mut file, &Self { written_at, ..self.clone() })?;
            file.write_all(b"\n")?;
            // Not every file system takes a time; then there is none to go by.
            let told = at(now).is_some_and(|time| file.set_modified(time).is_ok());
            if told && file.metadata()?.modified().ok() == at(now) {
                break;
            }
        }
        file.sync_all()?;
        fs::rename(&new, path(folder))?;
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }

    /// Is the store with these the one that this is about?
    pub(super) fn testify(&self, incarnation: Incarnation, written: u64, inode: u64) -> Testimony {
        if self.incarnation != format!("{incarnation:?}") {
            Testimony::Restored("the file is of another life of this store")
        } else if written < self.written {
            Testimony::Restored("the file is older than it has been")
        } else if inode != self.inode || self.copied {
            Testimony::Restored("the file has been copied")
        } else {
            Testimony::Same
        }
    }
}

fn at(seconds: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// A new or emptied file that only its owner reads.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The inode of an open file.
pub(super) fn inode(file: &File) -> io::Result<u64> {
    #[cfg(unix)]
    return Ok(std::os::unix::fs::MetadataExt::ino(&file.metadata()?));
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_a_copied_and_another_store_are_told_from_the_one() {
        let (one, other) = (Incarnation::from_bytes([1; 16]), Incarnation::from_bytes([2; 16]));
        let witness = Witness::new(one, 10, 7);
        assert_eq!(witness.testify(one, 10, 7), Testimony::Same);
        assert_eq!(witness.testify(one, 11, 7), Testimony::Same);
        for (incarnation, written, inode) in [(one, 9, 7), (one, 10, 8), (other, 10, 7)] {
            assert!(matches!(witness.testify(incarnation, written, inode), Testimony::Restored(_)));
        }
    }

    /// A power loss once could leave an empty witness behind, and every session would have ended for it:
    /// it was renamed before it was on disk. What a crash in between leaves is the one before.
    #[test]
    fn a_witness_that_was_not_finished_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let one = Incarnation::from_bytes([1; 16]);
        Witness::new(one, 10, 7).write(folder.path()).unwrap();
        fs::write(folder.path().join("witness.new"), b"").unwrap();
        assert_eq!(Witness::read(folder.path()).unwrap().testify(one, 12, 7), Testimony::Same);
        Witness::new(one, 12, 7).write(folder.path()).unwrap();
        assert_eq!(Witness::read(folder.path()).unwrap().written, 12);
    }

    #[test]
    fn a_witness_that_was_copied_over_itself_is_told_from_the_one() {
        let folder = tempfile::tempdir().unwrap();
        let one = Incarnation::from_bytes([1; 16]);
        Witness::new(one, 10, 7).write(folder.path()).unwrap();
        let read = || Witness::read(folder.path()).unwrap();
        assert_eq!(read().testify(one, 10, 7), Testimony::Same);
        let bytes = fs::read(path(folder.path())).unwrap();
        fs::write(path(folder.path()), bytes).unwrap();
        assert!(matches!(read().testify(one, 10, 7), Testimony::Restored(_)));
        read().write(folder.path()).unwrap();
        assert_eq!(read().testify(one, 10, 7), Testimony::Same);
    }
}
