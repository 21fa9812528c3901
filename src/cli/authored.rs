//! Records that a person writes into the tree: by whom, where, and staged through git.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Context;
use super::failure::Failure;
use crate::finding::printable;
use crate::git::Repository;

/// Returns who git would name as the author.
pub(super) fn author(context: &Context, repository: &dyn Repository) -> Result<String, Failure> {
    let setting = |variable: &str, key: &str| -> Result<String, Failure> {
        if let Some(value) = context.environment.text(variable) {
            return Ok(value);
        }
        let value = repository
            .setting(key)?
            .and_then(|setting| setting.value.into_os_string().into_string().ok());
        value
            .filter(|value| !value.trim().is_empty())
            .ok_or_else(|| {
                Failure::usage(format!("git does not know who you are: `{key}` is not set"))
                    .with_hint(format!("git config {key} …"))
            })
    };
    let name = setting("GIT_AUTHOR_NAME", "user.name")?;
    let email = setting("GIT_AUTHOR_EMAIL", "user.email")?;
    Ok(format!("{} <{}>", printable(&name), printable(&email)))
}

/// Makes the directories of the records. A symbolic link among them would lead the record out of the tree, where
/// git would not stage it.
pub(super) fn make_directories(root: &Path, below: &Path) -> std::io::Result<()> {
    let mut directory: PathBuf = root.to_owned();
    for part in below {
        directory.push(part);
        match fs::symlink_metadata(&directory) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                return Err(std::io::Error::other(format!(
                    "{} is not a directory",
                    directory.display()
                )));
            }
            Err(_) => fs::create_dir(&directory)?,
        }
    }
    Ok(())
}

/// Stages the record, as `git add` does; `-f`, because the documentation counts even where `.gitignore` hides it.
pub(super) fn stage(context: &Context, root: &Path, path: &str) -> Result<(), Failure> {
    let by_hand = || format!("the record is written; stage it yourself: git add -f {path}");
    let git = context.environment.git().ok_or_else(|| {
        Failure::could_not_look("git is nowhere to be found").with_hint(by_hand())
    })?;
    let output = Command::new(git)
        .arg("-C")
        .arg(root)
        .args(["add", "-f", "--", path])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Failure::could_not_look(format!("git cannot be started: {error}")).with_hint(by_hand())
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = printable(said.lines().next().unwrap_or_default());
    Err(Failure::could_not_look(format!("`git add` failed: {first}")).with_hint(by_hand()))
}

/// Writes a file of the tree, all of it or nothing.
pub(super) fn write(root: &Path, path: &str, text: &str) -> Result<(), Failure> {
    let refuse = |error: std::io::Error| {
        Failure::could_not_look(format!("{} cannot be written: {error}", printable(path)))
    };
    let below = Path::new(path).parent().unwrap_or(Path::new(""));
    make_directories(root, below).map_err(refuse)?;
    let file = root.join(path);
    if fs::symlink_metadata(&file).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(refuse(std::io::Error::other("it is not a regular file")));
    }
    let mut new = tempfile::NamedTempFile::new_in(root.join(below)).map_err(refuse)?;
    std::io::Write::write_all(&mut new, text.as_bytes()).map_err(refuse)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let readable = fs::Permissions::from_mode(0o644);
        new.as_file().set_permissions(readable).map_err(refuse)?;
    }
    new.persist(&file).map_err(|error| refuse(error.error))?;
    Ok(())
}
