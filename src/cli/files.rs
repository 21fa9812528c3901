//! Files as they are on disk, for `scan PATH…`: directories are walked, nothing is followed, nothing is hidden.
//!
//! What git ignores is scanned too: whoever names a directory wants to know what is in it. Only git's own
//! directory is left out, and what the policy excludes. Archives are looked into.

mod archives;

use std::cell::RefCell;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use archives::Archives;
use ignore::WalkBuilder;

use crate::cli::failure::Failure;
use crate::finding::{Place, RepoPath, printable};
use crate::input::{Change, Content, FileChange, FileMode};
use crate::receipt::{Consequence, Receipt, Unscanned};
use crate::scan;

/// The files under some paths, and what is there but cannot be looked at.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The files, all of them new.
    pub(super) change: Change,
    /// What was not looked at.
    pub(super) known: Receipt,
    archives: Archives,
}

/// Where paths on the command line and paths of the policy begin.
pub(super) struct Roots<'a> {
    /// The current directory.
    current: &'a Path,
    /// The root of the work tree, where there is one.
    work_tree: Option<&'a Path>,
    /// The directory that was asked for last, and where in the work tree it is by its real name.
    asked: RefCell<Option<(PathBuf, Option<PathBuf>)>>,
}

impl Files {
    /// Gathers the files under each of the paths.
    pub(super) fn gather(paths: &[PathBuf], roots: &Roots<'_>) -> Result<Self, Failure> {
        let mut files = Self::default();
        for path in paths {
            let full = roots.current.join(path);
            let metadata = fs::symlink_metadata(&full).map_err(|error| {
                let message = format!("{}: {error}", printable(&path.display().to_string()));
                if error.kind() == std::io::ErrorKind::NotFound {
                    Failure::usage(message).with_hint("name files or directories that exist")
                } else {
                    Failure::could_not_look(message)
                }
            })?;
            if metadata.is_dir() {
                files.walk(&full, roots);
            } else {
                files.add(&full, metadata.file_type(), roots);
            }
        }
        files.change.files.append(&mut files.archives.files);
        files.known.notes.append(&mut files.archives.left_out);
        files.change.files.sort_by(|a, b| a.path.cmp(&b.path));
        files.change.files.dedup_by(|a, b| a.path == b.path);
        Ok(files)
    }

    fn walk(&mut self, directory: &Path, roots: &Roots<'_>) {
        let walk = WalkBuilder::new(directory)
            .standard_filters(false)
            .follow_links(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        for entry in walk {
            match entry.map(|entry| (entry.file_type(), entry.into_path())) {
                Ok((Some(kind), _)) if kind.is_dir() => {}
                Ok((Some(kind), path)) => self.add(&path, kind, roots),
                // Only standard input has no kind, and nobody walks it.
                Ok((None, _)) => {}
                Err(error) => self.unread(&roots.name(directory), &error.to_string()),
            }
        }
    }

    fn add(&mut self, path: &Path, kind: FileType, roots: &Roots<'_>) {
        let name = roots.name(path);
        let (mode, content) = if kind.is_file() {
            if Archives::is_archive(&name)
                && fs::metadata(path).is_ok_and(|file| file.len() <= scan::BLOB_LIMIT)
                && let Ok(bytes) = fs::read(path)
                && self.archives.unpack(&name, &bytes)
            {
                return;
            }
            (FileMode::Regular, Content::Disk(path.to_owned()))
        } else if kind.is_symlink() {
            match fs::read_link(path) {
                Ok(target) => (FileMode::Symlink, inline(&bytes_of(&target))),
                Err(error) => return self.unread(&name, &error.to_string()),
            }
        } else {
            return self.skip(
                &name,
                &format!("{}, which has no content of its own", describe(kind)),
            );
        };
        self.change.files.push(FileChange {
            path: name,
            mode,
            new: Some(content),
            old: Vec::new(),
        });
    }

    fn skip(&mut self, name: &RepoPath, reason: &str) {
        self.unscanned(name, reason, Consequence::Excluded);
        self.known.notes.push(format!("{name}: {reason}: skipped"));
    }

    fn unread(&mut self, name: &RepoPath, reason: &str) {
        self.unscanned(
            name,
            &printable(reason).to_lowercase(),
            Consequence::CouldNotLook,
        );
    }

    fn unscanned(&mut self, name: &RepoPath, reason: &str, consequence: Consequence) {
        self.known.unscanned.push(Unscanned {
            place: Place::File(name.clone()),
            engine: None,
            reason: reason.to_owned(),
            consequence,
        });
    }
}

impl<'a> Roots<'a> {
    pub(super) fn new(current: &'a Path, work_tree: Option<&'a Path>) -> Self {
        Self {
            current,
            work_tree,
            asked: RefCell::default(),
        }
    }

    /// Returns how a file is called: as the policy and git call it where it lies in the work tree, else as typed.
    fn name(&self, path: &Path) -> RepoPath {
        let plain: PathBuf = path.components().collect();
        let in_tree = self.work_tree.and_then(|root| {
            plain
                .strip_prefix(root)
                .map(Path::to_owned)
                .ok()
                .or_else(|| {
                    Some(
                        self.in_tree(plain.parent()?, root)?
                            .join(plain.file_name()?),
                    )
                })
        });
        let name = in_tree.unwrap_or_else(|| {
            plain
                .strip_prefix(self.current)
                .map_or_else(|_| plain.clone(), Path::to_owned)
        });
        RepoPath::new(slashes(bytes_of(&name)))
    }

    /// Returns where in the work tree a directory is that is called otherwise: the two may differ in symbolic links above
    /// the work tree.
    fn in_tree(&self, directory: &Path, root: &Path) -> Option<PathBuf> {
        let mut asked = self.asked.borrow_mut();
        if let Some((_, found)) = asked.as_ref().filter(|(asked, _)| asked == directory) {
            return found.clone();
        }
        let real = |path: &Path| path.canonicalize().ok();
        let found = real(directory)
            .zip(real(root))
            .and_then(|(directory, root)| Some(directory.strip_prefix(root).ok()?.to_owned()));
        *asked = Some((directory.to_owned(), found.clone()));
        found
    }
}

fn inline(bytes: &[u8]) -> Content {
    Content::Inline {
        bytes: bytes.into(),
        first_line: 1,
    }
}

#[cfg(unix)]
fn describe(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn describe(_: FileType) -> &'static str {
    "a special file"
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

fn slashes(path: Vec<u8>) -> Vec<u8> {
    if cfg!(windows) {
        path.into_iter()
            .map(|byte| if byte == b'\\' { b'/' } else { byte })
            .collect()
    } else {
        path
    }
}
