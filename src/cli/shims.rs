//! The shell shims in a hooks directory: written, recognised, chained, taken out again.
//!
//! A shim is `hooks/shim.sh` with the event and the program's path filled in. A hook that stood in its place is
//! kept byte for byte as `<event>.gate-hook-orig` and runs first. Everything here is plain file work in one
//! directory; which directory it is, is the caller's question.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// The events that `install` writes shims for.
pub(crate) const EVENTS: &[&str] = &[
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "pre-push",
];

/// The events that `install --server` writes shims for.
pub(crate) const SERVER_EVENTS: &[&str] = &["pre-receive"];

const TEMPLATE: &str = include_str!("../../hooks/shim.sh");
const MARK: &str = "# gate-hook shim ";
const ORIGINAL: &str = ".gate-hook-orig";

/// What stands in the place of one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing.
    Empty,
    /// A shim of ours.
    Shim(Shim),
    /// A hook of somebody else's.
    Foreign {
        /// Whether git would run it.
        active: bool,
        /// Whether it is a manager that runs our shim as its `<event>.legacy`.
        calls_us: bool,
    },
}

/// A shim of ours as it stands on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shim {
    /// The program it calls.
    pub(crate) program: PathBuf,
    /// Whether it is what this version writes for that program.
    pub(crate) current: bool,
    /// Whether somebody changed it by hand: it says this version but is not what this version writes.
    pub(crate) edited: bool,
    /// Whether a hook that was here before is kept beside it.
    pub(crate) chained: bool,
}

/// What `install` did in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Installed {
    /// Wrote a shim where nothing was.
    Written,
    /// Moved a hook aside, to be run first, and wrote a shim.
    Chained,
    /// Replaced an older shim of ours.
    Upgraded,
    /// The right shim was there.
    Unchanged,
    /// Left a manager's hook alone that calls our shim.
    Reached,
}

/// What `uninstall` did in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removed {
    /// There was no shim of ours.
    Absent,
    /// Took the shim out.
    Deleted,
    /// Took the shim out and put the hook back that was there before.
    Restored,
}

/// Why a place could not be changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShimError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody changed a shim by hand.
    #[error("{} was changed by hand since gate-hook wrote it", .0.display())]
    Edited(PathBuf),
    /// A hook took the shim's place while another is still kept aside.
    #[error("{} took the shim's place, and {} is still kept aside", hook.display(), kept.display())]
    TwoOriginals {
        /// The hook in the shim's place.
        hook: PathBuf,
        /// The hook that is kept.
        kept: PathBuf,
    },
    /// The program's path cannot stand in a shell script.
    #[error("the program's path {} is not text in one line", .0.display())]
    ProgramPath(PathBuf),
}

/// Returns what stands in the place of a hook.
pub(crate) fn inspect(directory: &Path, event: &str) -> Result<Place, ShimError> {
    let path = directory.join(event);
    let Ok(metadata) = fs::symlink_metadata(&path) else {
        return Ok(Place::Empty);
    };
    if let Some(shim) = read_shim(directory, event, &path)? {
        return Ok(Place::Shim(shim));
    }
    let legacy = directory.join(format!("{event}.legacy"));
    let active = if metadata.is_symlink() {
        fs::metadata(&path).is_ok_and(|target| is_executable(&target))
    } else {
        is_executable(&metadata)
    };
    Ok(Place::Foreign {
        active,
        calls_us: read_shim(directory, event, &legacy)?.is_some(),
    })
}

fn read_shim(directory: &Path, event: &str, path: &Path) -> Result<Option<Shim>, ShimError> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(None);
    };
    // Our shims are small regular files; anything else is somebody else's.
    if !metadata.is_file() || metadata.len() > 1 << 16 {
        return Ok(None);
    }
    let bytes = fs::read(path).map_err(|source| ShimError::Io {
        path: path.to_owned(),
        source,
    })?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(None);
    };
    let Some(version) = text.lines().nth(1).and_then(|line| line.strip_prefix(MARK)) else {
        return Ok(None);
    };
    let quoted = text
        .lines()
        .find_map(|line| line.strip_prefix("gate='")?.strip_suffix('\''));
    let program = PathBuf::from(quoted.unwrap_or_default().replace("'\\''", "'"));
    let expected = render(event, &program)?;
    let ours = expected
        .lines()
        .nth(1)
        .and_then(|line| line.strip_prefix(MARK));
    Ok(Some(Shim {
        program,
        current: text == expected,
        edited: text != expected && ours == Some(version),
        chained: fs::symlink_metadata(original(directory, event)).is_ok(),
    }))
}

/// Writes the shim of one event, keeping what was there.
pub(crate) fn install(
    directory: &Path,
    event: &str,
    program: &Path,
    force: bool,
) -> Result<Installed, ShimError> {
    let path = directory.join(event);
    let kept = original(directory, event);
    let done = match inspect(directory, event)? {
        Place::Empty => Installed::Written,
        Place::Shim(shim) if shim.current && shim.program == program => {
            return Ok(Installed::Unchanged);
        }
        Place::Shim(shim) if shim.edited && !force => return Err(ShimError::Edited(path)),
        Place::Shim(_) => Installed::Upgraded,
        Place::Foreign { calls_us: true, .. } => return Ok(Installed::Reached),
        Place::Foreign { .. } if fs::symlink_metadata(&kept).is_ok() => {
            return Err(ShimError::TwoOriginals { hook: path, kept });
        }
        Place::Foreign { .. } => {
            // A symbolic link is moved as a link: its target is not ours to touch.
            fs::rename(&path, &kept).map_err(|source| ShimError::Io {
                path: path.clone(),
                source,
            })?;
            Installed::Chained
        }
    };
    let written = write(directory, &path, &render(event, program)?);
    if written.is_err() && done == Installed::Chained {
        // The hook that was here goes back, so that a full disk costs nobody a hook.
        let _ = fs::rename(&kept, &path);
    }
    written.map(|()| done)
}

/// Takes the shim of one event out and puts back what was there before.
pub(crate) fn uninstall(directory: &Path, event: &str, force: bool) -> Result<Removed, ShimError> {
    let path = directory.join(event);
    let Place::Shim(shim) = inspect(directory, event)? else {
        return Ok(Removed::Absent);
    };
    if shim.edited && !force {
        return Err(ShimError::Edited(path));
    }
    let (done, result) = if shim.chained {
        (
            Removed::Restored,
            fs::rename(original(directory, event), &path),
        )
    } else {
        (Removed::Deleted, fs::remove_file(&path))
    };
    result
        .map(|()| done)
        .map_err(|source| ShimError::Io { path, source })
}

/// Returns where a hook that was there before is kept.
pub(crate) fn original(directory: &Path, event: &str) -> PathBuf {
    directory.join(format!("{event}{ORIGINAL}"))
}

fn render(event: &str, program: &Path) -> Result<String, ShimError> {
    let refuse = || ShimError::ProgramPath(program.to_owned());
    let quoted = program.to_str().ok_or_else(refuse)?.replace('\'', "'\\''");
    if quoted.contains('\n') {
        return Err(refuse());
    }
    Ok(TEMPLATE
        .replace("@EVENT@", event)
        .replace("@BINARY@", &quoted))
}

/// Writes beside and renames, so that git never sees half a hook.
fn write(directory: &Path, path: &Path, text: &str) -> Result<(), ShimError> {
    let explain = |source| ShimError::Io {
        path: path.to_owned(),
        source,
    };
    let mut file = NamedTempFile::new_in(directory).map_err(explain)?;
    file.write_all(text.as_bytes()).map_err(explain)?;
    set_mode(&file, directory).map_err(explain)?;
    file.persist(path).map_err(|error| explain(error.error))?;
    Ok(())
}

/// Makes the shim executable for all, and writable for the group where the directory is (`core.sharedRepository`).
#[cfg(unix)]
fn set_mode(file: &NamedTempFile, directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let shared = fs::metadata(directory)?.permissions().mode() & 0o020;
    file.as_file()
        .set_permissions(fs::Permissions::from_mode(0o755 | shared))
}

#[cfg(not(unix))]
fn set_mode(_: &NamedTempFile, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(metadata: &fs::Metadata) -> bool {
    metadata.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "/opt/it's here/gate-hook";

    fn shim() -> Shim {
        Shim {
            program: PROGRAM.into(),
            current: true,
            edited: false,
            chained: false,
        }
    }

    #[test]
    fn a_shim_is_recognised_with_its_program() {
        let directory = tempfile::tempdir().unwrap();
        let install =
            || install(directory.path(), "pre-commit", Path::new(PROGRAM), false).unwrap();
        assert_eq!(install(), Installed::Written);
        assert_eq!(
            inspect(directory.path(), "pre-commit").unwrap(),
            Place::Shim(shim())
        );
        assert_eq!(install(), Installed::Unchanged);
        assert_eq!(
            uninstall(directory.path(), "pre-commit", false).unwrap(),
            Removed::Deleted
        );
        assert_eq!(
            uninstall(directory.path(), "pre-commit", false).unwrap(),
            Removed::Absent
        );
    }

    #[test]
    fn a_hook_that_was_there_comes_back_byte_for_byte() {
        let directory = tempfile::tempdir().unwrap();
        let hook = directory.path().join("commit-msg");
        fs::write(&hook, b"#!/bin/sh\n\xff\n").unwrap();
        let program = Path::new(PROGRAM);
        assert_eq!(
            install(directory.path(), "commit-msg", program, false).unwrap(),
            Installed::Chained
        );
        let expected = Place::Shim(Shim {
            chained: true,
            ..shim()
        });
        assert_eq!(inspect(directory.path(), "commit-msg").unwrap(), expected);
        assert_eq!(
            uninstall(directory.path(), "commit-msg", false).unwrap(),
            Removed::Restored
        );
        assert_eq!(fs::read(&hook).unwrap(), b"#!/bin/sh\n\xff\n");
    }

    #[test]
    fn an_edited_shim_is_neither_replaced_nor_removed_without_force() {
        let directory = tempfile::tempdir().unwrap();
        let program = Path::new(PROGRAM);
        install(directory.path(), "pre-push", program, false).unwrap();
        let path = directory.path().join("pre-push");
        let text = fs::read_to_string(&path).unwrap() + "echo mine\n";
        fs::write(&path, text).unwrap();
        let edited = |result: Result<(), ShimError>| matches!(result, Err(ShimError::Edited(_)));
        assert!(edited(
            install(directory.path(), "pre-push", program, false).map(drop)
        ));
        assert!(edited(
            uninstall(directory.path(), "pre-push", false).map(drop)
        ));
        assert_eq!(
            install(directory.path(), "pre-push", program, true).unwrap(),
            Installed::Upgraded
        );
    }

    #[test]
    fn a_second_foreign_hook_does_not_push_the_first_one_out() {
        let directory = tempfile::tempdir().unwrap();
        let program = Path::new(PROGRAM);
        fs::write(directory.path().join("pre-push"), "first").unwrap();
        install(directory.path(), "pre-push", program, false).unwrap();
        fs::write(directory.path().join("pre-push"), "second").unwrap();
        let refused = install(directory.path(), "pre-push", program, false);
        assert!(matches!(refused, Err(ShimError::TwoOriginals { .. })));
        assert_eq!(
            fs::read(original(directory.path(), "pre-push")).unwrap(),
            b"first"
        );
    }
}
