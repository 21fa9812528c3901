//! The journal of the clone: lines that the hook appends, and files that `metrics` and `report` read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::Context;
use crate::cli::failure::Failure;
use crate::cli::rulebook::utf8;
use crate::finding::printable;
use crate::git::Repository;
use crate::record::journal::{self, Evidence, FILE, Look};

/// Appends a look of the hook. If that fails, the verdict stands.
pub(super) fn append(
    context: &Context,
    repository: &dyn Repository,
    key: String,
    evidence: Evidence,
) {
    let now = context.environment.now();
    let look = Look {
        time: Timestamp::from_second(now.as_second()).unwrap_or(now),
        key,
        evidence,
        milliseconds: u32::try_from(context.environment.elapsed().as_millis()).unwrap_or(u32::MAX),
    };
    let file = repository.layout().common_dir.join(FILE);
    if let Err(error) = write(&file, &journal::to_json(&look)) {
        context
            .terminal
            .warn(&format!("the journal cannot be written: {error}"));
    }
}

/// Appends in one write, so that two work trees do not mix their lines.
fn write(file: &Path, line: &str) -> io::Result<()> {
    let open = || OpenOptions::new().create(true).append(true).open(file);
    let opened = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(file.parent().unwrap_or(file))?;
            open()
        }
        other => other,
    };
    opened?.write_all(line.as_bytes())
}

/// Reads journals, one behind the other.
pub(super) fn read(files: &[PathBuf]) -> Result<Vec<Look>, Failure> {
    let mut looks = Vec::new();
    for file in files {
        let name = printable(&file.display().to_string());
        let bytes =
            fs::read(file).map_err(|error| Failure::configuration(format!("{name}: {error}")))?;
        let read = journal::from_json(&utf8(&name, bytes)?)
            .map_err(|error| Failure::could_not_look(format!("{name}: {error}")))?;
        looks.extend(read);
    }
    Ok(looks)
}
