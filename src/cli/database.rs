//! The advisory database on disk: where it lies, how it is opened, and how another one takes its place.
//!
//! It lies in the user's cache directory. A policy that pins a database has it there under its digest. A new
//! file is written beside the old one and renamed, so that a reader sees the one or the other, whole.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::failure::Failure;
use crate::audit::{Database, DatabaseError, ReadAt};
use crate::finding::printable;

/// What mends a database that cannot be used.
pub(super) const REMEDY: &str = "run `gate-hook advisories update`";

/// How the names of files that are not finished begin.
const TEMPORARY: &str = ".advisories-";

/// A file that is read where the engine asks.
struct OnDisk(File);

impl ReadAt for OnDisk {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            let read = std::os::windows::fs::FileExt::seek_read(&self.0, buffer, offset)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            buffer = &mut buffer[read..];
            offset += read as u64;
        }
        Ok(())
    }
}

/// Where databases lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Store {
    directory: PathBuf,
}

impl Store {
    /// Returns the store in the user's cache directory.
    pub(super) fn of_user() -> Option<Self> {
        let project = directories::ProjectDirs::from("", "", "gate-hook")?;
        Some(Self {
            directory: project.cache_dir().to_owned(),
        })
    }

    /// Returns a store in a directory that a person named.
    pub(super) fn at(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
        }
    }

    /// Returns where the database lies: the one that a policy pins by its digest, or the user's own.
    pub(super) fn path(&self, pinned_sha256: Option<&str>) -> PathBuf {
        match pinned_sha256 {
            Some(digest) => self.directory.join(format!("advisories-{digest}.db")),
            None => self.directory.join("advisories.db"),
        }
    }

    /// Returns where is kept what the server said about the last download.
    pub(super) fn download_state(&self) -> PathBuf {
        self.directory.join("advisories.json")
    }

    /// Keeps other writers out until the result is dropped.
    pub(super) fn lock(&self) -> Result<File, Failure> {
        let path = self.directory.join("advisories.lock");
        let cannot = |error: io::Error| {
            let name = printable(&path.display().to_string());
            Failure::could_not_look(format!("{name} cannot be written: {error}")).with_hint(
                "the user's cache directory has to be writable; `XDG_CACHE_HOME` moves it",
            )
        };
        fs::create_dir_all(&self.directory).map_err(cannot)?;
        let lock = File::create(&path).map_err(cannot)?;
        match lock.try_lock() {
            Ok(()) => {
                self.tidy();
                Ok(lock)
            }
            Err(fs::TryLockError::WouldBlock) => Err(Failure::could_not_look(
                "another update of the advisory database is running",
            )
            .with_hint("wait for it to end, then look at `gate-hook advisories status`")),
            Err(fs::TryLockError::Error(error)) => Err(cannot(error)),
        }
    }

    /// Removes what a writer that was killed has left behind.
    fn tidy(&self) {
        for entry in fs::read_dir(&self.directory)
            .into_iter()
            .flatten()
            .flatten()
        {
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                drop(fs::remove_file(entry.path()));
            }
        }
    }

    /// Returns an empty file in the store, which is gone when it is dropped.
    pub(super) fn temporary(&self) -> Result<NamedTempFile, Failure> {
        tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(&self.directory)
            .map_err(|error| self.not_written(&error))
    }

    /// Puts bytes in the place of a file, all at once.
    pub(super) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let mut file = self.temporary()?;
        let written = file
            .write_all(bytes)
            .and_then(|()| file.as_file().sync_all());
        written.map_err(|error| self.not_written(&error))?;
        file.persist(path)
            .map_err(|error| self.not_written(&error.error))?;
        // The rename itself has to survive a power failure too; where that cannot be asked for, it need not.
        if let Ok(directory) = File::open(&self.directory) {
            drop(directory.sync_all());
        }
        Ok(())
    }

    fn not_written(&self, error: &io::Error) -> Failure {
        let name = printable(&self.directory.display().to_string());
        Failure::could_not_look(format!(
            "the advisory database cannot be written to {name}: {error}"
        ))
    }
}

/// Opens a database; nothing where there is none.
pub(super) fn open(path: &Path) -> Result<Option<Database>, DatabaseError> {
    match File::open(path) {
        Ok(file) => Database::open(Box::new(OnDisk(file))).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Opens a database that was named by a person.
pub(super) fn open_named(path: &Path) -> Result<Database, Failure> {
    let name = || printable(&path.display().to_string());
    match open(path) {
        Ok(Some(database)) => Ok(database),
        Ok(None) => {
            Err(Failure::could_not_look(format!("{} is not there", name())).with_hint(REMEDY))
        }
        Err(error) => Err(unusable(&name(), &error)),
    }
}

/// Says why a database cannot be used, and how to mend it.
pub(super) fn unusable(name: &str, error: &DatabaseError) -> Failure {
    let reason = match error {
        DatabaseError::Read(source) => format!("{error}: {source}"),
        _ => error.to_string(),
    };
    Failure::could_not_look(printable(&format!("{name}: {reason}"))).with_hint(REMEDY)
}
