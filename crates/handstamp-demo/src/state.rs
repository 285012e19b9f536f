//! The folder in which the shop keeps what it must remember: sessions, the realm key, accounts.

use std::{
    ffi::OsString,
    fs::{DirBuilder, File},
    io,
    path::{Path, PathBuf},
};

/// Where the shop keeps its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// In `$XDG_STATE_HOME/handstamp-demo`, or in `.local/state/handstamp-demo` below the home folder.
    #[default]
    OfThisUser,
    /// In this folder.
    Folder(PathBuf),
    /// Nowhere: all of it ends with the process.
    Memory,
}

/// Why there is no folder to keep state in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Neither variable names a folder.
    #[error(
        "no folder to keep state in: neither XDG_STATE_HOME nor HOME names one; name one by --state DIR, or keep \
         nothing by --memory"
    )]
    NoHome,
    /// A clock that is moved leaves its time in the store.
    #[error(
        "--test-clock needs a folder of its own: time that was moved forward stays in the store; name a folder by \
         --state DIR, or keep nothing by --memory"
    )]
    TestClock,
    /// The folder is not there and cannot be made.
    #[error("cannot make the folder {}: {source}; name another one by --state DIR", folder.display())]
    #[non_exhaustive]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl State {
    /// The folder that is meant, made if it is not there; `None`: nothing is kept.
    pub(crate) fn folder(
        &self,
        test_clock: bool,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<PathBuf>, StateError> {
        let folder = match self {
            Self::Memory => return Ok(None),
            Self::Folder(folder) => folder.clone(),
            Self::OfThisUser if test_clock => return Err(StateError::TestClock),
            Self::OfThisUser => of_this_user(variable)?,
        };
        match make(&folder) {
            Ok(()) => Ok(Some(folder)),
            Err(source) => Err(StateError::Folder { folder, source }),
        }
    }
}

/// The XDG base directory specification says to pass over what is not absolute.
fn of_this_user(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, StateError> {
    let named = |name| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let state = named("XDG_STATE_HOME").or_else(|| Some(named("HOME")?.join(".local/state")));
    Ok(state.ok_or(StateError::NoHome)?.join("handstamp-demo"))
}

/// What is made here is its owner's alone, and its name is on disk before anything is kept in it; a
/// folder that is there stays as it is.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make(parent)?;
    let mut builder = DirBuilder::new();
    // Also where another process has been faster.
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    if cfg!(unix) { File::open(parent)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(variables: &[(&str, &Path)]) -> Result<PathBuf, StateError> {
        of_this_user(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, path)| (*path).into())
        })
    }

    #[test]
    fn the_folder_of_a_user_is_where_the_specification_says() {
        let folder = tempfile::tempdir().unwrap();
        let (state, home) = (folder.path().join("state"), folder.path().join("home"));
        let both = [("XDG_STATE_HOME", state.as_path()), ("HOME", home.as_path())];
        assert_eq!(chosen(&both).unwrap(), state.join("handstamp-demo"));
        assert_eq!(chosen(&both[1..]).unwrap(), home.join(".local/state/handstamp-demo"));
        let relative = [("XDG_STATE_HOME", Path::new("state")), both[1]];
        assert_eq!(chosen(&relative).unwrap(), home.join(".local/state/handstamp-demo"));
        for none in [&[][..], &[("HOME", Path::new(""))]] {
            let error = chosen(none).unwrap_err();
            assert!(matches!(error, StateError::NoHome) && error.to_string().contains("--state"), "{error}");
        }
    }

    #[test]
    fn a_folder_that_is_made_is_its_owners_alone() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("a/b");
        let made = State::Folder(folder.clone()).folder(true, |_| None).unwrap();
        assert_eq!(made, Some(folder.clone()));
        assert_eq!(State::Folder(folder.clone()).folder(false, |_| None).unwrap(), made, "it may be there");
        #[cfg(unix)]
        {
            let rights = std::fs::metadata(&folder).unwrap().permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&rights) & 0o777, 0o700);
        }
        std::fs::write(temporary.path().join("file"), "").unwrap();
        let error = State::Folder(temporary.path().join("file/c")).folder(false, |_| None).unwrap_err();
        assert!(error.to_string().contains("file/c"), "{error}");
    }

    #[test]
    fn a_movable_clock_stays_away_from_what_its_user_keeps() {
        let home = |_: &str| panic!("no variable is asked for");
        assert!(matches!(State::OfThisUser.folder(true, home), Err(StateError::TestClock)));
        assert_eq!(State::Memory.folder(true, home).unwrap(), None);
    }
}
