//! Opening: the lock, the schema, what a crash or a restore has left.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use redb::{Builder, Database, DatabaseError, ReadableDatabase, backends::FileBackend};

use super::{
    AfterRestore, EmbeddedOptions, EmbeddedStore, OpenError, committer,
    fault::guarded,
    restored,
    row::CellRow,
    schema::{self, Schema},
    shared::{Parts, Shared},
    space::Space,
    tables::Snapshot,
    uses::Uses,
    view::View,
    witness::{self, Testimony, Witness},
};
use crate::{
    id::Cell,
    random::random_bytes,
    store::{StoreError, local::LocalHeads},
    time::Timestamp,
};

const FILE: &str = "sessions.redb";
/// Why a file without a witness is taken for a restored one.
pub(super) const NO_WITNESS: &str = "nothing beside the file says how far it had come";
/// How often a locked file is tried again.
const RETRY: Duration = Duration::from_millis(20);

pub(super) fn file_of(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Opens the store of a folder for use, and makes it if it is not there.
pub(super) fn folder(folder: &Path, options: &EmbeddedOptions) -> Result<EmbeddedStore, OpenError> {
    make_folder(folder).map_err(|error| OpenError::Io { path: folder.to_owned(), error })?;
    let (database, inode) = database(folder, true, options)?;
    let mut opened = Opened::new(database, folder)?;
    let testimony = match Witness::read(folder) {
        Some(witness) => witness.testify(opened.schema.incarnation, opened.written(), inode),
        None if opened.is_new => Testimony::Same,
        None => Testimony::Restored(NO_WITNESS),
    };
    if let Testimony::Restored(why) = testimony {
        let ended = options.after_restore == AfterRestore::EndSessions;
        tracing::error!(
            folder = %folder.display(), sessions_ended = ended,
            "this store has been restored or moved ({why}): {}", restored::consequence(options.after_restore),
        );
        opened.restored(options.after_restore, folder)?;
    }
    let witness = Witness::new(opened.schema.incarnation, opened.written(), inode);
    match witness.write(folder) {
        Ok(()) => {}
        // The one that is there goes on to be right: a full disk keeps nobody from starting again.
        Err(error) if testimony == Testimony::Same && !opened.is_new => {
            tracing::warn!(%error, "the witness beside the store could not be written");
        }
        Err(error) => return Err(OpenError::Io { path: folder.to_owned(), error }),
    }
    let space = Space::of_folder(folder, options.low_water);
    Ok(opened.start(Some(inode), folder.to_owned(), space, options))
}

#[cfg(feature = "testing")]
pub(super) fn disk(disk: impl super::Disk, options: &EmbeddedOptions) -> Result<EmbeddedStore, OpenError> {
    let disk = Arc::new(disk);
    let place = PathBuf::from("(a disk of a test)");
    let backend = super::disk::Backend(disk.clone());
    let database = with_panics_told(&place, || {
        Builder::new().set_cache_size(options.cache_bytes).create_with_backend(backend)
    })?;
    let opened = Opened::new(database, &place)?;
    let space = Space::of_probe(Box::new(move || disk.free()), options.low_water);
    Ok(opened.start(None, place, space, options))
}

/// Opens the file of a folder and takes its lock, waiting for it as long as the options say.
pub(super) fn database(
    folder: &Path,
    create: bool,
    options: &EmbeddedOptions,
) -> Result<(Database, u64), OpenError> {
    let path = file_of(folder);
    let refused = |error| OpenError::Io { path: path.clone(), error };
    let until = Instant::now() + options.wait_for_lock;
    if create && !path.exists() {
        make_file(&path)?;
    }
    loop {
        let file = match open_file(&path, false) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(OpenError::Missing { folder: folder.to_owned() });
            }
            file => file.map_err(refused)?,
        };
        let inode = witness::inode(&file).map_err(refused)?;
        let opened = with_panics_told(&path, || {
            let backend = FileBackend::new(file)?;
            Builder::new().set_cache_size(options.cache_bytes).create_with_backend(backend)
        });
        match opened {
            Err(OpenError::InUse { .. }) if Instant::now() < until => thread::sleep(RETRY),
            Err(OpenError::InUse { .. }) => {
                return Err(OpenError::InUse { folder: folder.to_owned(), holder: holder(folder) });
            }
            Err(error) => return Err(error),
            Ok(database) => return Ok((database, inode)),
        }
    }
}

fn holder(folder: &Path) -> String {
    match Witness::read(folder) {
        Some(Witness { holder, .. }) => format!("process {} ({})", holder.process, holder.program),
        None => "another process".to_owned(),
    }
}

/// Makes the file under another name and gives it its own once it is whole. The engine does not open a
/// file whose making was cut short, so a crash at the first start would have been the last.
fn make_file(path: &Path) -> Result<(), OpenError> {
    let new = path.with_extension(format!("new-{:016x}", u64::from_be_bytes(random_bytes())));
    let refused = |error| OpenError::Io { path: path.to_owned(), error };
    let file = open_file(&new, true).map_err(refused)?;
    drop(with_panics_told(&new, || Builder::new().create_with_backend(FileBackend::new(file)?))?);
    let placed = fs::hard_link(&new, path);
    fs::remove_file(&new).map_err(refused)?;
    match placed {
        // Another process was faster; its file is the one.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        placed => placed.map_err(refused)?,
    }
    let folder = path.parent().unwrap_or(path);
    if cfg!(unix) { File::open(folder).and_then(|folder| folder.sync_all()).map_err(refused) } else { Ok(()) }
}

fn open_file(path: &Path, create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the folder, for its owner only, and makes sure that its name is on disk.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    match File::open(parent.unwrap_or(Path::new("."))) {
        Ok(parent) if cfg!(unix) => parent.sync_all(),
        // Whoever may not read the folder above cannot sync it either.
        _ => Ok(()),
    }
}

/// Runs what opens a file, in the words of [`OpenError`]. The engine may panic on broken pages.
pub(super) fn with_panics_told<T>(
    file: &Path,
    open: impl FnOnce() -> Result<T, DatabaseError>,
) -> Result<T, OpenError> {
    let mut refused = None;
    let opened = guarded(|| {
        open().map_err(|error| {
            let told = StoreError::unavailable(error.to_string());
            refused = Some(error);
            told
        })
    });
    let file = file.to_owned();
    match (opened, refused) {
        (Ok(opened), _) => Ok(opened),
        (_, Some(DatabaseError::DatabaseAlreadyOpen)) => {
            Err(OpenError::InUse { folder: file, holder: String::new() })
        }
        (_, Some(DatabaseError::Storage(redb::StorageError::Io(error))))
            if error.kind() != io::ErrorKind::InvalidData =>
        {
            Err(OpenError::Io { path: file, error })
        }
        (_, Some(error)) => Err(OpenError::Corrupt { file, why: error.to_string() }),
        (Err(error), None) => Err(OpenError::Corrupt { file, why: error.to_string() }),
    }
}

/// A file whose schema is known.
pub(super) struct Opened {
    pub(super) database: Database,
    pub(super) schema: Schema,
    pub(super) cells: Vec<CellRow>,
    pub(super) snapshot: Snapshot,
    is_new: bool,
}

impl Opened {
    pub(super) fn new(database: Database, place: &Path) -> Result<Self, OpenError> {
        let there = known(&database, place)?;
        let schema = match there {
            Some(schema) => schema,
            None => schema::create(&database).map_err(|error| broken(place, &error))?,
        };
        let (snapshot, cells) = look(&database, place)?;
        Ok(Self { database, schema, cells, snapshot, is_new: there.is_none() })
    }

    /// How many log entries were ever written.
    pub(super) fn written(&self) -> u64 {
        self.cells.iter().map(|cell| cell.meta.written).sum()
    }

    pub(super) fn latest(&self) -> Timestamp {
        self.cells.iter().map(|cell| cell.meta.latest).max().unwrap_or_default()
    }

    /// Gives the store a new life.
    pub(super) fn restored(&mut self, choice: AfterRestore, place: &Path) -> Result<(), OpenError> {
        let at = self.latest();
        let schema = restored::restore(&self.database, choice, at);
        self.schema = schema.map_err(|why| OpenError::Corrupt { file: file_of(place), why })?;
        (self.snapshot, self.cells) = look(&self.database, place)?;
        Ok(())
    }

    /// Starts the thread that writes.
    fn start(
        self,
        inode: Option<u64>,
        place: PathBuf,
        space: Space,
        options: &EmbeddedOptions,
    ) -> EmbeddedStore {
        let latest = self.latest();
        let positions = self.cells.iter().map(|cell| cell.meta.written);
        let heads = LocalHeads::new(self.schema.incarnation, positions);
        let shared = Arc::new(Shared::new(Parts {
            database: self.database,
            place,
            snapshot: self.snapshot,
            heads,
            latest,
            space,
            log_retention: options.log_retention,
        }));
        let (messages, inbox) = mpsc::channel();
        let theirs = shared.clone();
        let incarnation = self.schema.incarnation;
        let writer = thread::Builder::new().name("handstamp-commit".into()).spawn(move || {
            committer::run(&theirs, &inbox, || {
                let Some(inode) = inode else { return };
                let witness = Witness::new(incarnation, theirs.heads.written(), inode);
                if let Err(error) = witness.write(&theirs.place) {
                    tracing::warn!(%error, "the witness beside the store could not be written");
                }
            });
        });
        EmbeddedStore::new(shared, messages, writer)
    }
}

/// The schema of a file, if this program knows it; `None` if the file has just been made.
pub(super) fn known(database: &Database, place: &Path) -> Result<Option<Schema>, OpenError> {
    match schema::read(database).map_err(|error| broken(place, &error))? {
        Some(schema) if schema.version > schema::KNOWN => {
            Err(OpenError::Newer { folder: place.to_owned(), found: schema.version, known: schema::KNOWN })
        }
        schema => Ok(schema),
    }
}

/// The tables as they are, and the rows of all cells.
fn look(database: &Database, place: &Path) -> Result<(Snapshot, Vec<CellRow>), OpenError> {
    let corrupt = |error: redb::Error| broken(place, &error);
    let transaction = database.begin_read().map_err(|error| corrupt(error.into()))?;
    let snapshot = Snapshot::of(&transaction).map_err(|error| corrupt(error.into()))?;
    let uses = Uses::default();
    let row = |cell| guarded(|| View { tables: &snapshot, uses: &uses, cell }.cell_row());
    let cells: Result<Vec<CellRow>, StoreError> = Cell::all().map(row).collect();
    let cells =
        cells.map_err(|error| OpenError::Corrupt { file: place.to_owned(), why: error.to_string() })?;
    Ok((snapshot, cells))
}

pub(super) fn broken(place: &Path, error: &redb::Error) -> OpenError {
    OpenError::Corrupt { file: place.to_owned(), why: error.to_string() }
}
