//! The file of an archive: finding its end, and appending so that a crash leaves nothing half.
//!
//! Everything before the last line that says a position was on disk before that line was written. What
//! follows it may have been cut off or damaged when the machine died: it is read, and cut where it stops
//! making sense. The log still has it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use super::{
    ArchiveError, LogPosition, Said,
    line::{POSITION_START, PositionLine, VERSION, place_in},
};
use crate::realm::RealmName;

/// How much of the end is read first; more if there is no position in it.
const TAIL: u64 = 4 * 1024 * 1024;

pub(super) struct ArchiveFile {
    file: File,
    /// Everything before this is on disk.
    end: u64,
}

pub(super) struct Opened {
    pub(super) file: ArchiveFile,
    /// The end of its last whole line.
    pub(super) end: u64,
    /// `None`: it is new.
    pub(super) standing: Option<Standing>,
}

/// Where an archive stands.
pub(super) struct Standing {
    pub(super) position: LogPosition,
    pub(super) said: Said,
}

/// What the end of a file says.
struct Tail {
    realm: RealmName,
    standing: Standing,
    /// How much of it makes sense.
    whole: usize,
}

impl ArchiveFile {
    /// Opens the file, makes it if it is not there, and cuts off what a crash has left half.
    pub(super) fn open(path: &Path, realm: &RealmName) -> Result<Opened, ArchiveError> {
        let failed = |source| ArchiveError::File { path: path.to_owned(), source };
        let refused =
            |reason: &str| ArchiveError::NotAnArchive { path: path.to_owned(), reason: reason.into() };
        let mut file = open_private(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ArchiveError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let length = file.metadata().map_err(failed)?.len();
        let mut window = TAIL;
        loop {
            let from = length.saturating_sub(window);
            let bytes = read_from(&mut file, from).map_err(failed)?;
            // The first line of a piece is whole only at the beginning of the file.
            let begin = if from == 0 { Some(0) } else { after_line(&bytes) };
            let tail = match begin {
                Some(begin) => read_tail(&bytes[begin..]).map_err(|reason| refused(&reason))?,
                None => None,
            };
            if let (Some(tail), Some(begin)) = (tail, begin) {
                if tail.realm != *realm {
                    return Err(ArchiveError::OtherRealm { path: path.to_owned(), found: tail.realm });
                }
                let end = from + (begin + tail.whole) as u64;
                cut(&file, path, length, end).map_err(failed)?;
                return Ok(Opened { file: Self { file, end }, end, standing: Some(tail.standing) });
            }
            if from == 0 {
                // Made by a process that died before its first line was whole, or something else.
                if !is_begun(&bytes) {
                    return Err(refused("it does not begin like one"));
                }
                cut(&file, path, length, 0).map_err(failed)?;
                sync_folder(path).map_err(failed)?;
                return Ok(Opened { file: Self { file, end: 0 }, end: 0, standing: None });
            }
            window = window.saturating_mul(4);
        }
    }

    /// Writes these lines at `at`, over whatever an unfinished try has left there, and has them on disk when
    /// it returns. The new end. A try that comes again, or late because its caller was dropped, finds them
    /// there and does nothing.
    pub(super) fn append(&mut self, at: u64, lines: &[u8]) -> io::Result<u64> {
        let end = at + lines.len() as u64;
        if at == self.end {
            if self.file.metadata()?.len() != at {
                self.file.set_len(at)?;
            }
            self.file.seek(SeekFrom::Start(at))?;
            self.file.write_all(lines)?;
            self.file.sync_data()?;
            self.end = end;
        }
        Ok(end)
    }
}

/// What the last line that says a position and the entries after it come to. `None`: no line says one.
fn read_tail(bytes: &[u8]) -> Result<Option<Tail>, String> {
    let lines = || {
        let mut at = 0;
        bytes.split_inclusive(|byte| *byte == b'\n').map(move |line| {
            let start = at;
            at += line.len();
            (start, line)
        })
    };
    let says = |line: &[u8]| line.starts_with(POSITION_START) && line.ends_with(b"\n");
    let mut last = None;
    for (start, line) in lines().filter(|(_, line)| says(line)) {
        last = serde_json::from_slice::<PositionLine>(line).map_or(last, |line| Some((start, line)));
    }
    let Some((start, line)) = last else { return Ok(None) };
    if line.handstamp_log != VERSION {
        return Err(format!("its version is {}, this program knows {VERSION}", line.handstamp_log));
    }
    let mut position: LogPosition = line.position.parse().map_err(|_| "a position is unreadable")?;
    let mut said = Said::now(position.clone());
    let mut after = lines().skip_while(|(at, _)| *at < start);
    let mut whole = after.next().map_or(start, |(at, line)| at + line.len());
    for (at, line) in after {
        let is_whole = line.ends_with(b"\n");
        match place_in(line) {
            Some(place) if is_whole => position.read_to(place.cell, place.position),
            _ => break,
        }
        whole = at + line.len();
        said.bytes += line.len() as u64;
        said.entries += 1;
    }
    Ok(Some(Tail { realm: line.realm, standing: Standing { position, said }, whole }))
}

/// Nothing, zeros (a page that never reached the disk) or the beginning of a first line.
fn is_begun(bytes: &[u8]) -> bool {
    let shown = bytes.len().min(POSITION_START.len());
    bytes.iter().all(|byte| *byte == 0)
        || bytes[..shown] == POSITION_START[..shown] && !bytes.contains(&b'\n')
}

fn after_line(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1)
}

fn cut(file: &File, path: &Path, length: u64, end: u64) -> io::Result<()> {
    if length > end {
        tracing::warn!(
            path = %path.display(), bytes = length - end,
            "the archive ends in a batch that was not on disk when the machine or process died: it is cut off and \
             written again from the log",
        );
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok(())
}

fn read_from(file: &mut File, from: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// For its owner only: it names accounts.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A new file's name is on disk once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The write of a call that was dropped once ran after the writes of the next call, and cut them off.
    #[test]
    fn a_write_that_comes_late_takes_nothing_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let Opened { mut file, end, .. } = ArchiveFile::open(&path, &RealmName::default()).unwrap();
        let first = file.append(end, b"first\n").unwrap();
        let second = file.append(first, b"second\n").unwrap();
        assert_eq!(file.append(end, b"first\n").unwrap(), first);
        assert_eq!(second, 13);
        assert_eq!(std::fs::read(&path).unwrap(), b"first\nsecond\n");
    }
}
