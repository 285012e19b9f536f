//! An archive of the change log: everything that a store forgets after its retention, in a file.
//!
//! Lines of JSON that are only ever appended, each batch on disk before the next one is read. Where the
//! archive stands is said by the file itself, so that there is no second file that could disagree with
//! it. How the lines look is written down in `line.rs` and `docs/formats.md`.

mod file;
mod line;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::runtime::Handle;

use self::{
    file::{ArchiveFile, Opened, Standing},
    line::{entry_line, gap_line, position_line},
};
use super::{LogNews, LogPosition, LogReader};
use crate::{
    realm::RealmName,
    store::{Store, StoreError},
    time::{Clock, SystemClock},
};

/// How many entries go into one batch at most.
const BATCH: usize = 500;
/// So many bytes of entries after a line that says the position, the next batch begins with another: what
/// has to be read when the file is opened.
const BYTES_PER_POSITION: u64 = 1024 * 1024;
/// Several realms may share a store: after so many entries of others the position is written down, so that
/// an archive of a quiet realm does not fall behind the store's retention.
const FOREIGN_PER_POSITION: u64 = 1024;

/// Follows the change log of one realm into a file; made by
/// [`Sessions::archive_log`](crate::Sessions::archive_log).
///
/// The file holds accounts and session ids, no token, hash or nonce; it is made with mode 0600. An account
/// that is erased is taken out of the store's log, but not out of the archive: whoever keeps one erases
/// there too.
pub struct LogArchive {
    reader: LogReader,
    realm: RealmName,
    clock: Arc<dyn Clock>,
    path: PathBuf,
    file: Arc<Mutex<ArchiveFile>>,
    /// Where the next batch begins in the file.
    end: u64,
    /// What has been read and is not known to be on disk.
    pending: Option<Batch>,
    /// Up to where it is on disk.
    position: LogPosition,
    said: Said,
}

/// The last position that a line says.
#[derive(Clone)]
struct Said {
    position: LogPosition,
    /// How many bytes and entries follow that line.
    bytes: u64,
    entries: u64,
}

impl Said {
    fn now(position: LogPosition) -> Self {
        Self { position, bytes: 0, entries: 0 }
    }
}

/// What was written into an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Archived {
    /// Entries.
    pub entries: usize,
    /// Places at which entries are missing, because the store had forgotten them or is another one.
    pub gaps: usize,
}

/// Why the log could not be archived.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The store failed. Repeat; nothing is lost while the store keeps its log.
    #[error("the change log cannot be read: {0}")]
    Store(#[from] StoreError),
    /// The file cannot be read or written. What was archived before stays; repeat when there is room.
    #[error("the archive {path} cannot be read or written: {source}")]
    #[non_exhaustive]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Somebody else writes into this file.
    #[error("the archive {path} is being written by another process; stop that one, or name another file")]
    #[non_exhaustive]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else. It was left as it is.
    #[error("{path} is no archive of the change log ({reason}); it is left as it is, name another file")]
    #[non_exhaustive]
    NotAnArchive {
        /// The file.
        path: PathBuf,
        /// What does not fit, without any of the content.
        reason: String,
    },
    /// The file archives another realm. It was left as it is.
    #[error("{path} is the archive of realm `{found}`; every realm needs a file of its own")]
    #[non_exhaustive]
    OtherRealm {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: RealmName,
    },
}

struct Batch {
    lines: Arc<[u8]>,
    archived: Archived,
    after: LogPosition,
    said: Said,
}

impl LogArchive {
    /// Opens an archive of a store that no [`Sessions`](crate::Sessions) is on. Otherwise as
    /// [`Sessions::archive_log`](crate::Sessions::archive_log).
    pub async fn open(
        store: impl Store,
        realm: RealmName,
        file: impl AsRef<Path>,
    ) -> Result<Self, ArchiveError> {
        Self::timed(Arc::new(store), realm, Arc::new(SystemClock::new()), file.as_ref()).await
    }

    /// Opens the file and goes on where it ends; a new one begins with the beginning of the log.
    pub(crate) async fn timed(
        store: Arc<dyn Store>,
        realm: RealmName,
        clock: Arc<dyn Clock>,
        path: &Path,
    ) -> Result<Self, ArchiveError> {
        let Opened { file, end, standing } = ArchiveFile::open(path, &realm)?;
        let (reader, said, pending) = if let Some(Standing { position, said }) = standing {
            (LogReader::from(store, realm.clone(), position), said, None)
        } else {
            let reader = LogReader::at_start(store, realm.clone()).await?;
            let said = Said::now(reader.position().clone());
            let lines = position_line(&realm, reader.position());
            (reader, said.clone(), Some(Batch::of(lines, Archived::default(), said)))
        };
        Ok(Self {
            position: reader.position().clone(),
            reader,
            realm,
            clock,
            path: path.to_owned(),
            file: Arc::new(Mutex::new(file)),
            end,
            pending,
            said,
        })
    }

    /// Up to where the log is in the file, on disk.
    pub fn position(&self) -> &LogPosition {
        &self.position
    }

    /// Writes everything that the log has beyond the file's end. A dropped call loses nothing and writes
    /// nothing twice; after an error repeat it.
    pub async fn catch_up(&mut self) -> Result<Archived, ArchiveError> {
        let mut archived = Archived::default();
        loop {
            if self.pending.is_none() {
                self.pending = self.read().await?;
            }
            let Some(batch) = &self.pending else { return Ok(archived) };
            let end = write(&self.file, self.end, &batch.lines).await;
            let end = end.map_err(|source| ArchiveError::File { path: self.path.clone(), source })?;
            let Some(batch) = self.pending.take() else { return Ok(archived) };
            archived.entries += batch.archived.entries;
            archived.gaps += batch.archived.gaps;
            (self.position, self.said, self.end) = (batch.after, batch.said, end);
        }
    }

    /// Catches up again and again, with a pause of `every` in between, until the file fails. An outage of
    /// the store is logged and waited out. Dropping this is the way to stop it; [`Self::catch_up`] after
    /// that writes the rest.
    pub async fn follow(&mut self, every: Duration) -> ArchiveError {
        loop {
            match self.catch_up().await {
                Ok(Archived { entries: 0, gaps: 0 }) => {}
                Ok(archived) => {
                    tracing::debug!(path = %self.path.display(), ?archived, "the log is archived");
                }
                Err(ArchiveError::Store(error)) => {
                    tracing::warn!(%error, "the archive waits for the store; see that it answers before it forgets");
                }
                Err(error) => return error,
            }
            self.clock.sleep(every).await;
        }
    }

    async fn read(&mut self) -> Result<Option<Batch>, StoreError> {
        let before = self.reader.position().clone();
        let news = self.reader.next(BATCH).await?;
        let after = self.reader.position().clone();
        Ok(match news {
            LogNews::Behind => {
                tracing::error!(
                    path = %self.path.display(),
                    "the store has forgotten entries before they were archived, or is another one: the archive has a gap",
                );
                let lines = gap_line(&self.realm, &after, after.entries_since(&before));
                Some(Batch::of(lines, Archived { gaps: 1, entries: 0 }, Said::now(after)))
            }
            LogNews::Entries(entries) if entries.is_empty() => {
                let passed = after.entries_since(&self.said.position).unwrap_or(0);
                (passed.saturating_sub(self.said.entries) >= FOREIGN_PER_POSITION).then(|| {
                    let lines = position_line(&self.realm, &after);
                    Batch::of(lines, Archived::default(), Said::now(after))
                })
            }
            LogNews::Entries(entries) => {
                let (mut lines, mut said) = (Vec::new(), self.said.clone());
                if said.bytes >= BYTES_PER_POSITION {
                    lines = position_line(&self.realm, &before);
                    said = Said::now(before);
                }
                let first = lines.len();
                for entry in &entries {
                    entry_line(entry, &mut lines);
                }
                said.bytes += (lines.len() - first) as u64;
                said.entries += entries.len() as u64;
                let archived = Archived { entries: entries.len(), gaps: 0 };
                Some(Batch { after, ..Batch::of(lines, archived, said) })
            }
        })
    }
}

impl Batch {
    /// Lines after which the file stands where it last said.
    fn of(lines: Vec<u8>, archived: Archived, said: Said) -> Self {
        Self { lines: lines.into(), archived, after: said.position.clone(), said }
    }
}

/// On a thread that may block, where there is one.
async fn write(file: &Arc<Mutex<ArchiveFile>>, at: u64, lines: &Arc<[u8]>) -> io::Result<u64> {
    let (file, lines) = (Arc::clone(file), Arc::clone(lines));
    let append = move || file.lock().unwrap_or_else(PoisonError::into_inner).append(at, &lines);
    match Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(append).await.map_err(io::Error::other)?,
        Err(_) => append(),
    }
}
