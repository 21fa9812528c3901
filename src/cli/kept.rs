//! What gate-hook keeps in the git directory: written so that nobody reads half a file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::cli::Context;
use crate::cli::failure::Failure;
use crate::record::last_run::{self, LastRun};
use crate::report::Report;

/// Keeps the findings of a run for `explain` and `override`. If that fails, the verdict stands.
pub(super) fn keep_run(context: &Context, git_dir: &Path, report: &Report) {
    let now = context.environment.now();
    let run = LastRun::of(&report.verdict, &report.subject, &report.policy_digest, now);
    if let Err(error) = write(git_dir, last_run::FILE, last_run::to_json(&run)) {
        context.terminal.warn(&format!(
            "this run cannot be kept for `gate-hook explain`: {error}"
        ));
    }
}

/// Reads the findings of the last run.
pub(super) fn last_run(git_dir: &Path) -> Result<LastRun, Failure> {
    let hint = "`gate-hook scan` looks again";
    let text =
        fs::read_to_string(git_dir.join(last_run::FILE)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Failure::usage("there is no last run in this repository").with_hint(hint)
            }
            _ => Failure::could_not_look(format!("the last run cannot be read: {error}"))
                .with_hint(hint),
        })?;
    last_run::from_json(&text)
        .map_err(|error| Failure::could_not_look(format!("the last run: {error}")).with_hint(hint))
}

/// Writes a file in the git directory, all of it or nothing.
pub(super) fn write(git_dir: &Path, file: &str, content: impl AsRef<[u8]>) -> io::Result<()> {
    /// A page: so much is written whole or not at all.
    const AT_ONCE: usize = 4096;
    let path = git_dir.join(file);
    let content = content.as_ref();
    if content.len() <= AT_ONCE {
        return overwrite(&path, content);
    }
    let directory = path.parent().unwrap_or(git_dir);
    fs::create_dir_all(directory)?;
    let mut new = tempfile::NamedTempFile::new_in(directory)?;
    new.write_all(content)?;
    new.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a short file in place: a commit does not wait for the disk, as it would for a file that replaces another.
fn overwrite(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            options.open(path)?
        }
        opened => opened?,
    };
    let length = content.len() as u64;
    if file.metadata()?.len() > length {
        file.set_len(length)?;
    }
    file.write_all(content)
}
