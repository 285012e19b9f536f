//! The realm key in a file of its own, for applications on one machine.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{RealmKey, RealmKeyError};

/// Why a key file was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The operating system refused.
    #[error("the realm key in {path} cannot be read or made: {error}")]
    #[non_exhaustive]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// What stands in it is no key.
    #[error("{path} does not hold a realm key: {error}. Put the key back from where you keep a copy")]
    #[non_exhaustive]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: RealmKeyError,
    },
    /// Others on this machine can read it (ASVS V13.3.1).
    #[error("{path} can be read by others (mode {mode:03o}): make it yours alone with `chmod 600 {path}`")]
    #[non_exhaustive]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

impl RealmKey {
    /// Reads the key in a file. On Unix the file must be readable by its owner only.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        let refused = |error| KeyFileError::Io { path: path.to_owned(), error };
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).map_err(refused)?.permissions());
            if mode & 0o077 != 0 {
                return Err(KeyFileError::Exposed { path: path.to_owned(), mode: mode & 0o777 });
            }
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(refused)?);
        Self::parse(&text).map_err(|error| KeyFileError::NotAKey { path: path.to_owned(), error })
    }

    /// Reads the key in a file, or makes one there that only its owner reads and that is on disk when
    /// this returns.
    pub fn from_file_or_new(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        let refused = |error| KeyFileError::Io { path: path.to_owned(), error };
        if path.exists() {
            return Self::from_file(path);
        }
        let key = Self::generate();
        // Written whole under another name first: a crash leaves no half of a key behind. The last step
        // fails where another process has been faster, whose key is then the one.
        let new = path.with_extension(format!("new-{}", std::process::id()));
        write_private(&new, &key.expose()).map_err(refused)?;
        let placed = fs::hard_link(&new, path);
        fs::remove_file(&new).map_err(refused)?;
        match placed {
            Ok(()) => sync_folder(path).map_err(refused).map(|()| key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::from_file(path),
            Err(error) => Err(refused(error)),
        }
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// Makes sure that a file's name is on disk.
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_from_then_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("default.key");
        let made = RealmKey::from_file_or_new(&path).unwrap();
        let read = RealmKey::from_file_or_new(&path).unwrap();
        assert_eq!(made.expose(), read.expose());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("default.key");
        RealmKey::from_file_or_new(&path).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
        let refused = RealmKey::from_file_or_new(&path).unwrap_err();
        assert!(matches!(refused, KeyFileError::Exposed { mode: 0o640, .. }), "{refused}");
    }

    #[test]
    fn half_a_key_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("default.key");
        write_private(&path, "hsk1_half").unwrap();
        assert!(matches!(RealmKey::from_file_or_new(&path), Err(KeyFileError::NotAKey { .. })));
    }
}
